package resnet4j.shrink;

import java.util.ArrayList;
import java.util.List;
import resnet4j.model.ClassificationNet;
import resnet4j.nn.Conv2d;
import resnet4j.nn.Net;
import resnet4j.tensor.Tensor;

/** A student, and the convolutions that make a teacher's maps of its own, which are thrown away in the end. */
final class Pupil extends Net {
    final ClassificationNet student;
    private final List<Conv2d> regressors = new ArrayList<>();

    /** @param channels of the student and of the teacher, for each pair of layers */
    Pupil(ClassificationNet student, List<long[]> channels) {
        this.student = child("student", student);
        for (var pair : channels)
            regressors.add(child("regressors." + regressors.size(), Conv2d.biased((int) pair[0], (int) pair[1], 1, 1)));
    }

    Tensor regressed(int layer, Tensor map) {
        return regressors.get(layer).apply(map);
    }
}
