//! Durbin's matrix: the exact distribution of the Kolmogorov–Smirnov statistic in its body.

/// A factor kept out of the matrices so that they neither over- nor underflow.
const SCALE_BITS: i32 = 128;

/// P(D_n <= d) by Durbin's matrix: Marsaglia, Tsang & Wang, "Evaluating Kolmogorov's Distribution",
/// Journal of Statistical Software 8 (2003). Exact; work grows with (nd)^3·log n.
pub(super) fn durbin(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let k = (size * d).ceil() as usize;
    let h = k as f64 - size * d;
    let side = 2 * k - 1;
    let mut base = Matrix::durbin(side, h);
    let mut power = Matrix::identity(side);
    let scale = 2.0_f64.powi(SCALE_BITS);
    let (mut power_bits, mut base_bits) = (0i32, 0i32);
    let mut left = n;
    while left > 0 {
        if left % 2 == 1 {
            power = power.times(&base);
            power_bits += base_bits;
            if power.at(k - 1, k - 1) > scale {
                power.divide(scale);
                power_bits += SCALE_BITS;
            }
        }
        left /= 2;
        if left > 0 {
            base = base.times(&base);
            base_bits *= 2;
            if base.at(k - 1, k - 1) > scale {
                base.divide(scale);
                base_bits += SCALE_BITS;
            }
        }
    }
    let mut p = power.at(k - 1, k - 1);
    for i in 1..=n {
        p *= i as f64 / size;
        if p < 1.0 / scale {
            p *= scale;
            power_bits -= SCALE_BITS;
        }
    }
    p * 2.0_f64.powi(power_bits)
}

/// A square matrix, row by row.
struct Matrix {
    side: usize,
    cells: Vec<f64>,
}

impl Matrix {
    fn identity(side: usize) -> Self {
        let mut cells = vec![0.0; side * side];
        cells.iter_mut().step_by(side + 1).for_each(|c| *c = 1.0);
        Self { side, cells }
    }

    /// Durbin's H: 1/(i-j+1)! below the superdiagonal, corrected by powers of h in the first column
    /// and the last row, and by both in the corner.
    fn durbin(side: usize, h: f64) -> Self {
        let mut inverse_factorial = vec![1.0; side + 1];
        for i in 1..=side {
            inverse_factorial[i] = inverse_factorial[i - 1] / i as f64;
        }
        let mut m = Self {
            side,
            cells: vec![0.0; side * side],
        };
        for i in 0..side {
            for j in 0..side.min(i + 2) {
                m.cells[i * side + j] = inverse_factorial[i + 1 - j];
            }
        }
        let last = side - 1;
        for i in 0..side {
            let edge = (1.0 - h.powf((i + 1) as f64)) * inverse_factorial[i + 1];
            m.cells[i * side] = edge;
            m.cells[last * side + last - i] = edge;
        }
        let both = (2.0 * h - 1.0).max(0.0).powf(side as f64) - 2.0 * h.powf(side as f64);
        m.cells[last * side] = (1.0 + both) * inverse_factorial[side];
        m
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.side + column]
    }

    fn times(&self, other: &Self) -> Self {
        let side = self.side;
        let mut cells = vec![0.0; side * side];
        for (row, out) in self
            .cells
            .chunks_exact(side)
            .zip(cells.chunks_exact_mut(side))
        {
            for (factor, line) in row.iter().zip(other.cells.chunks_exact(side)) {
                if *factor != 0.0 {
                    out.iter_mut().zip(line).for_each(|(o, x)| *o += factor * x);
                }
            }
        }
        Self { side, cells }
    }

    fn divide(&mut self, by: f64) {
        self.cells.iter_mut().for_each(|c| *c /= by);
    }
}
