/** Drawing samples that are images. */

export class Images {
  constructor({ sample_shape, sample_range }) {
    [this.height, this.width, this.channels] = sample_shape;
    [this.low, this.high] = sample_range;
  }

  /** Draws a sample, one canvas pixel for each of its own. */
  draw(canvas, sample) {
    canvas.width = this.width;
    canvas.height = this.height;
    const picture = new ImageData(this.width, this.height);
    const scale = 255 / (this.high - this.low);
    for (let i = 0; i < this.width * this.height; i += 1) {
      for (let c = 0; c < 3; c += 1) {
        const value = sample[i * this.channels + (this.channels === 3 ? c : 0)];
        picture.data[4 * i + c] = Math.round((value - this.low) * scale);
      }
      picture.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  drawSmall(canvas, sample) {
    this.draw(canvas, sample);
  }

  /** Returns a larger copy, whole pixels repeated, for saving. */
  enlarged(canvas, side = 512) {
    const factor = Math.max(
      1,
      Math.round(side / Math.max(canvas.width, canvas.height)),
    );
    const copy = document.createElement("canvas");
    copy.width = canvas.width * factor;
    copy.height = canvas.height * factor;
    const context = copy.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, copy.width, copy.height);
    return copy;
  }
}
