// The decoder of BurgessVAE in plain JavaScript: three full layers, four transposed convolutions, a sigmoid. In that of
// TwoStageVAE the second-stage decoder stands before these: two more full layers, with SiLU in place of ReLU. (Its last
// layer has no activation, so weights.py makes it one with the layer behind.)
//
// A transposed convolution (kernel 4, stride 2, padding 1) is read from its outputs: each output pixel sees 2 x 2 input
// pixels, through one of four kernels by the parity of its row and column. Maps are channels last and have a border of
// zeros, so the inputs of a window are two runs of 2 x 32 numbers, and no edge is special. weights.py packs them so.
// Numbers are float64 because that is what JavaScript calculates with: float32 would be converted at every use.

const HIDDEN = 256, MAPS = 32, SIDE = 64;
const RUN = 2 * MAPS; // numbers in one row of a window

/** decode(z) -> probabilities of the pixels [64 * 64 * channels], in the same array at every call. */
function makeDecoder(data, latents, channels) {
  const numbers = unpackFloat16(data);
  let read = 0;
  const take = (count) => numbers.subarray(read, (read += count));

  const upsampling = 3 * (MAPS + 16 * MAPS * MAPS) + channels * (1 + 16 * MAPS);
  const plain = (latents + 1 + HIDDEN + 1) * HIDDEN + (HIDDEN + 1) * 16 * MAPS + upsampling; // numbers of BurgessVAE
  const widths = [latents, ...Array(numbers.length > plain ? 4 : 2).fill(HIDDEN), 16 * MAPS];
  const full = widths.slice(1).map((outputs, i, { length }) => ({
    bias: take(outputs), weights: take(widths[i] * outputs), output: new Float64Array(outputs),
    activation: i < length - 3 ? (x) => x / (1 + Math.exp(-x)) : (x) => Math.max(0, x), // SiLU or ReLU
  }));
  const maps = [4, 8, 16, 32].map((side) => {
    const outputs = side < 32 ? MAPS : channels, input = new Float64Array((side + 2) ** 2 * MAPS);
    return { side, bias: take(outputs), weights: take(16 * MAPS * outputs), input };
  });
  const pixels = new Float64Array(SIDE * SIDE * channels);

  return (z) => {
    let values = z;
    for (const { bias, weights, output, activation } of full) {
      multiply(values, weights, bias, output);
      for (let i = 0; i < output.length; i++) output[i] = activation(output[i]);
      values = output;
    }
    const first = maps[0].input; // 4 x 4 inside its border
    for (let i = 0; i < values.length; i++) first[((i >> 7) * 6 + 7) * MAPS + (i & 127)] = values[i];
    for (let i = 0; i < 3; i++) upsample(maps[i], maps[i + 1].input, MAPS, 1);
    upsample(maps[3], pixels, channels, 0);
    for (let i = 0; i < pixels.length; i++) pixels[i] = 1 / (1 + Math.exp(-pixels[i]));
    return pixels;
  };
}

/** output = weights input + bias, four outputs at a time: one sum alone would wait for each addition. */
function multiply(input, weights, bias, output) {
  const n = input.length;
  for (let o = 0; o < output.length; o += 4) {
    const w0 = o * n, w1 = w0 + n, w2 = w1 + n, w3 = w2 + n;
    let s0 = bias[o], s1 = bias[o + 1], s2 = bias[o + 2], s3 = bias[o + 3];
    for (let i = 0; i < n; i++) {
      const value = input[i];
      s0 += weights[w0 + i] * value;
      s1 += weights[w1 + i] * value;
      s2 += weights[w2 + i] * value;
      s3 += weights[w3 + i] * value;
    }
    output[o] = s0;
    output[o + 1] = s1;
    output[o + 2] = s2;
    output[o + 3] = s3;
  }
}

/**
 * A transposed convolution to twice the side. With border 1 the output is the next map, after ReLU; with 0, logits.
 * Four pixels of one parity and two channels are summed together, so that six numbers read serve eight products.
 */
function upsample({ side, input, bias, weights }, output, channels, border) {
  const inputRow = (side + 2) * MAPS, outputRow = 2 * (side + border) * channels, next = 2 * channels;
  const floor = border ? 0 : -Infinity;
  for (let y = 0; y < 2 * side; y++) {
    for (let parity = 0; parity < 2; parity++) {
      for (let x = 0; x < side; x += 4) {
        const window = ((y + 1) >> 1) * inputRow + (x + parity) * MAPS;
        let w = ((y & 1) * 2 + parity) * channels * 2 * RUN;
        let o = (y + border) * outputRow + (2 * x + parity + border) * channels;
        let c = 0;
        for (; c + 1 < channels; c += 2, w += 4 * RUN, o += 2) {
          let a0 = bias[c], a1 = a0, a2 = a0, a3 = a0;
          let b0 = bias[c + 1], b1 = b0, b2 = b0, b3 = b0;
          for (let row = 0; row < 2; row++) {
            const u = window + row * inputRow, v = w + row * RUN;
            for (let i = 0; i < RUN; i++) {
              const a = weights[v + i], b = weights[v + 2 * RUN + i];
              const p0 = input[u + i], p1 = input[u + MAPS + i];
              const p2 = input[u + 2 * MAPS + i], p3 = input[u + 3 * MAPS + i];
              a0 += a * p0; a1 += a * p1; a2 += a * p2; a3 += a * p3;
              b0 += b * p0; b1 += b * p1; b2 += b * p2; b3 += b * p3;
            }
          }
          output[o] = a0 > floor ? a0 : floor; output[o + next] = a1 > floor ? a1 : floor;
          output[o + 2 * next] = a2 > floor ? a2 : floor; output[o + 3 * next] = a3 > floor ? a3 : floor;
          output[o + 1] = b0 > floor ? b0 : floor; output[o + 1 + next] = b1 > floor ? b1 : floor;
          output[o + 1 + 2 * next] = b2 > floor ? b2 : floor; output[o + 1 + 3 * next] = b3 > floor ? b3 : floor;
        }
        if (c < channels) { // the last channel of an odd number
          let a0 = bias[c], a1 = a0, a2 = a0, a3 = a0;
          for (let row = 0; row < 2; row++) {
            const u = window + row * inputRow, v = w + row * RUN;
            for (let i = 0; i < RUN; i++) {
              const a = weights[v + i];
              a0 += a * input[u + i]; a1 += a * input[u + MAPS + i];
              a2 += a * input[u + 2 * MAPS + i]; a3 += a * input[u + 3 * MAPS + i];
            }
          }
          output[o] = a0 > floor ? a0 : floor; output[o + next] = a1 > floor ? a1 : floor;
          output[o + 2 * next] = a2 > floor ? a2 : floor; output[o + 3 * next] = a3 > floor ? a3 : floor;
        }
      }
    }
  }
}

/** Float64Array from the float16 of weights.py, a DataView: 6 bits of each number first, then 10 bits of each. */
function unpackFloat16(data) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const numbers = new Float64Array(Math.floor(bytes.length / 2));
  const fractions = 8 * Math.ceil((6 * numbers.length) / 8); // the bit where they start
  const field = (bit, width) => {
    const at = bit >> 3, three = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
    return (three >> (24 - width - (bit & 7))) & ((1 << width) - 1);
  };
  for (let i = 0; i < numbers.length; i++) {
    const head = field(6 * i, 6), exponent = head & 31, fraction = field(fractions + 10 * i, 10);
    const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
    numbers[i] = head & 32 ? -size : size;
  }
  return numbers;
}
