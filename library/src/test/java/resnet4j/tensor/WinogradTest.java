package resnet4j.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WinogradTest {
    /** A tile of 6x6 numbers by a kernel of 3x3, and 16 sums by hand. */
    @Test
    void tile_isConvolved() {
        var random = new Random(0);
        float[][] x = new float[36][1], work = new float[36][1];
        double[][] numbers = new double[6][6], kernel = new double[3][3];
        for (int i = 0; i < 36; i++) x[i][0] = (float) (numbers[i / 6][i % 6] = random.nextInt(9) - 4);
        for (int i = 0; i < 9; i++) kernel[i / 3][i % 3] = random.nextInt(9) - 4;
        Winograd.input(x, work, 1);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++) {
                double weight = 0;
                for (int h = 0; h < 3; h++)
                    for (int w = 0; w < 3; w++) weight += Winograd.G[i][h] * kernel[h][w] * Winograd.G[j][w];
                x[6 * i + j][0] *= (float) weight;
            }
        x[Winograd.CONSTANT][0] += 0.5f;
        Winograd.output(x, work, 1);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                double sum = 0.5;
                for (int h = 0; h < 3; h++) for (int w = 0; w < 3; w++) sum += kernel[h][w] * numbers[i + h][j + w];
                assertEquals(sum, x[6 * i + j][0], 1e-3);
            }
    }
}
