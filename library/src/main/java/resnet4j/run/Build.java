package resnet4j.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** Which build of this software runs: what models and reports say of how they were made. */
public final class Build {
    private Build() {}

    /** {@code version}, and {@code commit} where the build was told it ({@code -Dcommit=...}, as the launcher does). */
    public static Map<String, String> facts() {
        var read = new Properties();
        try (var in = Build.class.getResourceAsStream("build.properties")) {
            read.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var facts = new LinkedHashMap<String, String>();
        for (var name : new String[] {"version", "commit"})
            if (!read.getProperty(name, "").isBlank()) facts.put(name, read.getProperty(name));
        return facts;
    }
}
