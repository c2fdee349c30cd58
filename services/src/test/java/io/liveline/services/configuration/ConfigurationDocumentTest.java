package io.liveline.services.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.liveline.bus.BusConfig;
import io.liveline.chat.ChatConfig;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.room.RoomConfig;
import io.liveline.presence.PresenceConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Test that docs/configuration.md has every key of the services, as their interfaces describe it. The tables are
 * generated; what precedes the first one is written by hand.
 */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final Path GENERATED = Path.of("target", "configuration.md");

    private static final List<Class<?>> MAPPINGS = List.of(
            EdgeConfig.class,
            BusConfig.class,
            ChatConfig.class,
            RoomConfig.class,
            DashboardConfig.class,
            PresenceConfig.class);

    @Test
    void theDocumentHasEveryKeyAsItsInterfaceDescribesIt() throws IOException {
        String document = Files.readString(DOCUMENT);
        List<String> sections = new ArrayList<>();
        for (Class<?> mapping : MAPPINGS) {
            sections.add(section(mapping).markdown());
        }
        String head = document.substring(0, document.indexOf("## `liveline."));
        String expected = head + String.join("\n\n", sections) + "\n";
        Files.writeString(GENERATED, expected);

        assertThat(document)
                .as("copy services/%s to docs, after a change of an interface", GENERATED)
                .isEqualTo(expected);
    }

    @Test
    void theTablesHaveTheKeysThatTheServicesRead() throws IOException {
        Set<String> documented = new TreeSet<>();
        Set<String> read = new TreeSet<>();
        for (Class<?> mapping : MAPPINGS) {
            section(mapping).keys().forEach(key -> documented.add(key.replace("\"<pattern>\"", "*")));
            read.addAll(ConfigMappings.getProperties(ConfigClass.configClass(mapping))
                    .keySet());
        }
        // Elements of lists.
        read.removeIf(key -> key.endsWith("[*]"));

        assertThat(documented).hasSizeGreaterThan(80).isEqualTo(read);
    }

    private static ConfigurationPage section(Class<?> mapping) throws IOException {
        String file = mapping.getName().replace('.', '/') + ".java";
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return ConfigurationPage.of(
                    modules.map(module -> module.resolve("src/main/java").resolve(file))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow());
        }
    }
}
