// Package dash is the farm's pages, for people: what is found, where it stands, and what
// engines did for it. Beside them it serves package api, which has all of it as JSON.
//
// Pages are whole when they come: without JavaScript they are read and reloaded as any other.
// With it they renew themselves when the farm says that something has changed. The script asks
// for the same page again, and takes over what is different: so there is one way to write a
// number, and it is here.
//
// Much of what is shown was written by workers, who may be hostile. html/template escapes it;
// pictures, which are made as text, escape it themselves; and the browser is told to run no
// script and to take no style but those of this package.
package dash
