package resnet4j;

import java.util.List;

/**
 * What one of many pictures shows.
 *
 * @param image its file
 * @param top   likeliest first
 */
public record Predicted(String image, List<Classifier.Prediction> top) {}
