package io.liveline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Metrics in the manifests: an alert on a metric that does not exist would never fire. */
class MetricsTest {

    private static final Pattern USED = Pattern.compile("liveline_[a-z_]+");
    private static final Pattern NAME = Pattern.compile("\"liveline\\.([a-z]+)\\.([a-z.]*)\"");
    private static final Pattern SHORT = Pattern.compile("(?:counter|gauge)\\(\\s*\"([a-z.]+)\"");

    @Test
    void everyMetricOfAlertsDashboardsAndScalingExists() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String file : List.of(
                "components/monitoring/alerts.yaml",
                "components/monitoring/dashboard.json",
                "components/keda/scaling.yaml",
                "components/custom-metrics/kustomization.yaml")) {
            USED.matcher(Files.readString(Path.of(file))).results().forEach(found -> used.add(found.group()));
        }

        assertThat(used).hasSizeGreaterThan(10);
        assertThat(measured()).containsAll(used);
    }

    /** Returns the names of metrics in Prometheus' format, from the sources. */
    private static Set<String> measured() {
        Set<String> names = new TreeSet<>();
        for (String module : List.of("event-bus", "chat-service", "dashboard-service", "presence-service", "edge")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    collect(Files.readString(file), module.replace("event-", "").replace("-service", ""), names);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names;
    }

    private static void collect(String source, String part, Set<String> names) {
        NAME.matcher(source).results().forEach(found -> add(found.group(1) + "." + found.group(2), names));
        SHORT.matcher(source).results().forEach(found -> add(part + "." + found.group(1), names));
    }

    private static void add(String name, Set<String> names) {
        String base = "liveline_" + name.replace('.', '_');
        for (String end : List.of("", "_total", "_seconds_sum", "_seconds_count", "_seconds_max", "_seconds_bucket")) {
            names.add(base + end);
        }
    }
}
