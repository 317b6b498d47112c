package resnet4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import resnet4j.config.Records;
import resnet4j.graph.Inference;
import resnet4j.verify.Diagnosis;

class DoctorCommandTest {
    @Test
    void doctor_reportsTheEngineAsJson() {
        var out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "doctor", "--json"));
        var report = Records.read(out.toString(), Diagnosis.class);
        assertTrue(report.ok());
        assertTrue(report.engine().orElseThrow().version().startsWith("2."), out::toString);
        assertEquals(System.getProperty("java.version"), report.java().version());
        var inference = report.inference().orElseThrow();
        assertEquals(inference.device().equals("cpu") ? Inference.Way.PLAN : Inference.Way.EAGER, inference.way());
    }
}
