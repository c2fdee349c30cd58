package io.liveline.services.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.liveline.bus.BusConfig;
import io.liveline.chat.ChatConfig;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.EdgeConfig;
import io.liveline.presence.PresenceConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test that the table of limits in docs/security.md, and the numbers of other documents, match the code. */
public class LimitsTest {

    /**
     * Row of the table.
     *
     * @param metric name of the metric; empty if existing is none
     */
    public record Limit(String key, String defaultValue, String metric) {}

    private static final Pattern ROW =
            Pattern.compile("\\|[^|]*\\| `([a-z0-9.-]+)` \\| ([^|]+) \\|[^|]*\\|(?: `([a-z.]+)`)? \\|");

    public static List<Limit> table() {
        try {
            return Files.readAllLines(Path.of("..", "docs", "security.md")).stream()
                    .map(ROW::matcher)
                    .filter(Matcher::matches)
                    .map(row -> new Limit(row.group(1), row.group(2), row.group(3) == null ? "" : row.group(3)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyLimitInTheTableExistsWithItsDefault() {
        Map<String, String> existing = new TreeMap<>(frameworks());
        existing.putAll(all(false));
        assertThat(table()).hasSizeGreaterThan(50);
        for (Limit limit : table()) {
            assertThat(existing).containsEntry(limit.key(), limit.defaultValue());
        }
    }

    @Test
    void everyNumberInTheConfigurationIsInTheTable() {
        List<String> named = table().stream().map(Limit::key).toList();
        assertThat(named).doesNotHaveDuplicates().containsAll(all(true).keySet());
    }

    @Test
    void theRetentionInTheReadmeIsTheDefault() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        Matcher promised = Pattern.compile("keeps its last ([0-9,]+) messages, each for ([0-9]+) hours")
                .matcher(readme);

        assertThat(promised.find()).isTrue();
        assertThat(all(false))
                .containsEntry("liveline.bus.history.length", promised.group(1).replace(",", ""))
                .containsEntry("liveline.bus.history.age", promised.group(2) + "h");
    }

    /** Key and time of the table of silences, as the document has them next to each other. */
    @ParameterizedTest
    @CsvSource({
        "liveline.chat.heartbeat, 25 s: a `heartbeat` and a ping (`{}`)",
        "liveline.chat.heartbeat, 25 s: the event `heartbeat`",
        "liveline.chat.silence, 'after 60 s without any data from the client, pongs included (`{}`)'",
        "liveline.chat.no-progress, after 30 s in which it reads nothing (`{}`)",
        "liveline.chat.no-progress, after 30 s in which its client reads nothing; with its token",
        "liveline.dashboard.streams.heartbeat, 15 s: a comment (`{}`)",
        "liveline.dashboard.streams.close-stalled-after, after 5 minutes in which its client reads nothing (`{}`)",
        "quarkus.http.idle-timeout, after 90 s (`{}`)",
        "liveline.edge.head-timeout, 'after 10 s, 30 s (`{}`, `.body-timeout`)'",
        "liveline.edge.body-timeout, '30 s (`liveline.edge.head-timeout`, `.body-timeout`)'",
        "liveline.edge.drain, 'within `{}`, 10 s'"
    })
    void theSilencesInTheDocumentAreTheDefaults(String key, String documented) throws IOException {
        Map<String, String> existing = new TreeMap<>(all(false));
        existing.putAll(frameworks());
        Matcher time = Pattern.compile("([0-9]+) (s|m)").matcher(documented);

        assertThat(Files.readString(Path.of("..", "docs", "operations.md"))).contains(documented.replace("{}", key));
        assertThat(time.find()).isTrue();
        assertThat(existing.get(key)).isEqualToIgnoringCase(time.group(1) + time.group(2));
    }

    /** Returns the keys and defaults of all configuration, or of its numbers only. */
    private static Map<String, String> all(boolean numbers) {
        Map<String, String> found = new TreeMap<>();
        Stream.of(BusConfig.class, EdgeConfig.class, ChatConfig.class, DashboardConfig.class, PresenceConfig.class)
                .forEach(type ->
                        collect(type, type.getAnnotation(ConfigMapping.class).prefix(), numbers, found));
        return found;
    }

    private static void collect(Class<?> type, String prefix, boolean numbers, Map<String, String> found) {
        for (Method method : type.getMethods()) {
            String key =
                    prefix + '.' + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase();
            WithDefault value = method.getAnnotation(WithDefault.class);
            boolean number = method.getReturnType().isPrimitive() && method.getReturnType() != boolean.class;
            if (value != null && (number || !numbers)) {
                found.put(key, value.value());
            } else if (value == null && method.getReturnType().isInterface()) {
                collect(method.getReturnType(), key, numbers, found);
            }
        }
    }

    /** Returns the keys of Quarkus that the edge sets. */
    private static Map<String, String> frameworks() {
        Map<String, String> found = new TreeMap<>();
        try {
            List<java.net.URL> files = new ArrayList<>();
            LimitsTest.class
                    .getClassLoader()
                    .getResources("META-INF/microprofile-config.properties")
                    .asIterator()
                    .forEachRemaining(files::add);
            for (java.net.URL file : files) {
                Properties properties = new Properties();
                try (InputStream in = file.openStream()) {
                    properties.load(in);
                }
                properties.stringPropertyNames().forEach(key -> found.put(key, properties.getProperty(key)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
