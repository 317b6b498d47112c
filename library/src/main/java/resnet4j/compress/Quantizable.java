package resnet4j.compress;

import java.util.Map;
import java.util.function.BiConsumer;
import resnet4j.data.Batch;
import resnet4j.graph.Graph;
import resnet4j.model.ClassificationNet;
import resnet4j.run.Stages;
import resnet4j.tensor.Tensor;

/** A network as one graph, or as several by name, each with one input: what is quantised, and what then is a network again. */
public interface Quantizable {
    /** In floats; with weights of the network, or of the innermost scope. */
    Map<String, Graph> graphs();

    /** Shows pictures to the network in floats. @param given hears what each graph is given, by its name */
    void show(Batch<?> pictures, BiConsumer<String, Tensor> given);

    /** How long a picture takes by plans of such graphs and, where there are pictures to measure on, how right they are. */
    Quantized.Side measure(Map<String, Graph> graphs, Stages stages);

    /** A network of such graphs in eight bits, with copies of their numbers, which the caller closes. */
    ClassificationNet network(Map<String, Graph> graphs);
}
