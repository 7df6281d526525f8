// Runs beside the page, on the sound's own thread: 100 ms of the microphone at a time as int16, with the context's time of its beginning.
class Pcm extends AudioWorkletProcessor {
  #block = new Int16Array(Math.round(sampleRate / 10));
  #filled = 0;
  #begins = 0;

  process([[samples]]) {
    for (let index = 0; index < (samples?.length ?? 0); index++) {
      if (!this.#filled) this.#begins = currentTime + index / sampleRate;
      this.#block[this.#filled++] = Math.max(-1, Math.min(1, samples[index])) * 32767;
      if (this.#filled === this.#block.length) this.#hand();
    }
    return true;
  }

  #hand() {
    this.port.postMessage({ begins: this.#begins, samples: this.#block }, [this.#block.buffer]);
    this.#block = new Int16Array(Math.round(sampleRate / 10));
    this.#filled = 0;
  }
}

registerProcessor("pcm", Pcm);
