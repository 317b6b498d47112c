package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WinogradTest {
    /** A tile of 6x6 or 8x8 numbers by a kernel of 3x3, and 16 or 36 sums by hand. */
    @Test
    void tile_isConvolved() {
        for (var way : List.of(Winograd.FOUR, Winograd.SIX)) {
            var random = new Random(0);
            int in = way.in, places = way.places();
            float[][] x = new float[places][1], work = new float[places][1];
            double[][] numbers = new double[in][in], kernel = new double[3][3];
            for (int i = 0; i < places; i++) x[i][0] = (float) (numbers[i / in][i % in] = random.nextInt(9) - 4);
            for (int i = 0; i < 9; i++) kernel[i / 3][i % 3] = random.nextInt(9) - 4;
            way.input(x, work, 1);
            for (int i = 0; i < in; i++)
                for (int j = 0; j < in; j++) {
                    double weight = 0;
                    for (int h = 0; h < 3; h++)
                        for (int w = 0; w < 3; w++) weight += way.g[i][h] * kernel[h][w] * way.g[j][w];
                    x[in * i + j][0] *= (float) weight;
                }
            x[way.constant()][0] += 0.5f;
            way.output(x, work, 1);
            for (int i = 0; i < way.out; i++)
                for (int j = 0; j < way.out; j++) {
                    double sum = 0.5;
                    for (int h = 0; h < 3; h++) for (int w = 0; w < 3; w++) sum += kernel[h][w] * numbers[i + h][j + w];
                    assertEquals(sum, x[in * i + j][0], 1e-3);
                }
        }
    }

    /** Those of the paper's section 4.3, and what wincnn (Lavin) gives for 0, 1, -1, 2, -2, 1/2, -1/2, but for the sign of a row. */
    @Test
    void kernels_areTransformedAsInThePaper() {
        var four = new float[][] {
            {1 / 4f, 0, 0},
            {-1 / 6f, -1 / 6f, -1 / 6f},
            {-1 / 6f, 1 / 6f, -1 / 6f},
            {1 / 24f, 1 / 12f, 1 / 6f},
            {1 / 24f, -1 / 12f, 1 / 6f},
            {0, 0, 1}
        };
        var six = new float[][] {
            {-1, 0, 0},
            {-2 / 9f, -2 / 9f, -2 / 9f},
            {-2 / 9f, 2 / 9f, -2 / 9f},
            {1 / 90f, 1 / 45f, 2 / 45f},
            {1 / 90f, -1 / 45f, 2 / 45f},
            {32 / 45f, 16 / 45f, 8 / 45f},
            {32 / 45f, -16 / 45f, 8 / 45f},
            {0, 0, 1}
        };
        for (int i = 0; i < 6; i++) assertArrayEquals(four[i], Winograd.FOUR.g[i], 1e-7f);
        for (int i = 0; i < 8; i++) assertArrayEquals(six[i], Winograd.SIX.g[i], 1e-7f);
    }
}
