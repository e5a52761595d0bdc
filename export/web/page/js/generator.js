/** The folded generator, run by LiteRT.js: one sample a call. */

import {
  Tensor,
  loadAndCompile,
  loadLiteRt,
  supportsFeature,
} from "@litertjs/core";
import { fetchBytes } from "./download.js";

const SIGNATURE = "serving_default";

export class Generator {
  #model;
  #turn = Promise.resolve();

  constructor(model, description) {
    this.#model = model;
    this.latentDim = description.latent_dim;
    this.conditional = description.num_classes !== null;
  }

  /** Fetches and compiles the model; `progress(received, total)` in bytes. */
  static async load(description, progress) {
    if (typeof WebAssembly === "undefined") {
      throw new Error("This browser has no WebAssembly, or it is turned off.");
    }
    const build = (await supportsFeature("relaxedSimd"))
      ? "litert/litert_wasm_internal"
      : "litert/litert_wasm_compat_internal";
    const names = [description.model, `${build}.wasm`];
    const sizes = Object.fromEntries(
      names.map((name) => [name, description.bytes[name]]),
    );
    const bytes = await fetchBytes(sizes, progress);
    // What LiteRT.js passes to its WebAssembly module. It would log every
    // step of its start as an error.
    self.Module = {
      wasmBinary: bytes[`${build}.wasm`],
      print: (text) => console.debug(text),
      printErr: (text) => console.debug(text),
    };
    await loadLiteRt(new URL(`../${build}.js`, import.meta.url).href);
    const model = await loadAndCompile(bytes[description.model], {
      accelerator: "wasm",
    });
    return new Generator(model, description);
  }

  /**
   * Returns one sample as a Float32Array.
   *
   * Calls wait for each other: the model has room for one.
   */
  sample(latents, h, label) {
    const result = this.#turn.then(() => this.#run(latents, h, label));
    this.#turn = result.catch(() => {});
    return result;
  }

  async #run(latents, h, label) {
    const row = new Float32Array([...latents, h]);
    const inputs = { latents: new Tensor(row, [1, row.length]) };
    if (this.conditional)
      inputs.labels = new Tensor(new Int32Array([label]), [1]);
    let outputs = {};
    try {
      outputs = await this.#model.run(SIGNATURE, inputs);
      return Float32Array.from(await outputs.samples.data());
    } finally {
      // Tensors live outside JavaScript's memory: nobody else frees them.
      for (const tensor of Object.values({ ...inputs, ...outputs }))
        tensor.delete();
    }
  }
}
