package resnet4j.export;

import java.io.IOException;
import java.nio.file.Path;
import resnet4j.data.Dataset;
import resnet4j.model.ModelFile;

/** A network that is more than one graph, and writes its ONNX file itself, from pixels to answers. */
public interface OnnxWriter {
    /** Writes it, wholly or not at all. @param model what is known of it */
    void writeOnnx(ModelFile model, Path file) throws IOException;

    /** ONNX Runtime's answers for pictures as they lie beside its own. The file is one that was just written: see {@link OnnxModel}. */
    ExportCheck checkOnnx(Path file, Dataset<?> pictures) throws IOException;
}
