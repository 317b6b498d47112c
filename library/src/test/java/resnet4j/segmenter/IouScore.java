package resnet4j.segmenter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import resnet4j.data.Skipped;
import resnet4j.eval.Score;

/** How far the pixels taken for a class are those of it: by {@code counts[truth][prediction]}. */
record IouScore(List<String> classes, long[][] counts, double loss, List<Skipped> skipped) implements Score {
    @Override
    public String headline() {
        return "miou";
    }

    @Override
    public Map<String, Double> numbers() {
        double sum = 0, right = 0, all = 0;
        int seen = 0;
        for (int c = 0; c < counts.length; c++) {
            long union = -counts[c][c];
            for (int other = 0; other < counts.length; other++) {
                union += counts[c][other] + counts[other][c];
                all += counts[c][other];
            }
            right += counts[c][c];
            if (union == 0) continue;
            sum += (double) counts[c][c] / union;
            seen++;
        }
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put("miou", sum / seen);
        numbers.put("pixels", right / all);
        numbers.put("loss", loss);
        return numbers;
    }
}
