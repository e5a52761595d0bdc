/** Drawing samples that are points of the plane. */

const SIDE = 640; // of a plot, in canvas pixels
const AXIS = "#8888";

export class Points {
  constructor({ sample_range }) {
    [this.low, this.high] = sample_range;
    this.cloud = [];
  }

  /** Draws one point, before the cloud if there is one. */
  draw(canvas, sample, colour) {
    this.drawAll(canvas, this.cloud, "55");
    this.#dot(canvas.getContext("2d"), sample, colour, 11);
  }

  /** Draws one point so that it can be seen in a small picture. */
  drawSmall(canvas, sample, colour) {
    this.drawAll(canvas, []);
    this.#dot(canvas.getContext("2d"), sample, colour, SIDE / 14);
  }

  /** Draws points, each `{ sample, colour }`; `opacity` in hexadecimal. */
  drawAll(canvas, points, opacity = "aa") {
    canvas.width = SIDE;
    canvas.height = SIDE;
    const context = canvas.getContext("2d");
    const zero = this.#place(0);
    context.fillStyle = AXIS;
    context.fillRect(zero - 1, 0, 2, SIDE);
    context.fillRect(0, SIDE - zero - 1, SIDE, 2);
    for (const { sample, colour } of points) {
      this.#dot(context, sample, colour + opacity, 3);
    }
  }

  enlarged(canvas) {
    return canvas;
  }

  #dot(context, [x, y], colour, radius) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(this.#place(x), SIDE - this.#place(y), radius, 0, 2 * Math.PI);
    context.fill();
  }

  #place(value) {
    return ((value - this.low) / (this.high - this.low)) * SIDE;
  }
}
