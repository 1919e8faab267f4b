package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"

	"battle.test/examples/puzzles"
	"battle.test/examples/puzzles/platform"
)

// A film is a game as an animated picture.
type film struct {
	pictures gif.GIF
	last     *image.Paletted // what is seen so far
}

const (
	filmColumns = 40
	filmTile    = 8  // pixels a side
	filmEvery   = 6  // frames: one picture of so many
	filmDelay   = 4  // hundredths of a second a picture: 2.5 times as fast as it is played
	filmEnd     = 99 // likewise, of the last picture
)

var palette = color.Palette{
	color.RGBA{0x9c, 0xc8, 0xf0, 0xff}, // the sky first: it is what a picture begins with
	color.RGBA{0x7a, 0x4e, 0x2d, 0xff},
	color.RGBA{0xd5, 0x5e, 0x00, 0xff},
	color.RGBA{0xb0, 0x10, 0x30, 0xff},
	color.RGBA{0x00, 0x9e, 0x73, 0xff},
	color.RGBA{0x40, 0x20, 0x60, 0xff},
	color.Transparent,
}

const transparent = 6

// colours are those of the palette, by tile.
var colours = map[byte]uint8{' ': 0, '#': 1, '^': 3, 'F': 4, 'w': 5, '@': 2, 'x': 3}

// filmOf films a trace.
func filmOf(level *platform.Level, file string, trace []byte) (*film, error) {
	f := &film{}
	over := false
	err := puzzles.Play(level, file, trace, func(g *platform.Game, _ puzzles.Pad) {
		if ends := g.State() != platform.Playing; !over && (ends || g.Frame()%filmEvery == 0) {
			f.add(g)
			over = ends
		}
	})
	return f, err
}

// add adds what is to be seen now: only what has changed, which keeps the file small.
func (f *film) add(g *platform.Game) {
	rows, _ := g.View(filmColumns)
	bounds := image.Rect(0, 0, filmTile*len(rows[0]), filmTile*len(rows))
	now := image.NewPaletted(bounds, palette)
	for y, row := range rows {
		for x := range len(row) {
			square := image.Rect(x*filmTile, y*filmTile, (x+1)*filmTile, (y+1)*filmTile)
			draw.Draw(now, square, image.NewUniform(palette[colours[row[x]]]), image.Point{}, draw.Src)
		}
	}
	shown := image.NewPaletted(bounds, palette)
	copy(shown.Pix, now.Pix)
	for i := range shown.Pix {
		if f.last != nil && f.last.Pix[i] == now.Pix[i] {
			shown.Pix[i] = transparent
		}
	}
	f.last = now
	f.pictures.Image = append(f.pictures.Image, shown)
	f.pictures.Delay = append(f.pictures.Delay, filmDelay)
	f.pictures.Disposal = append(f.pictures.Disposal, gif.DisposalNone)
}

func (f *film) write(w io.Writer) error {
	if n := len(f.pictures.Delay); n > 0 {
		f.pictures.Delay[n-1] = filmEnd
	}
	return gif.EncodeAll(w, &f.pictures)
}
