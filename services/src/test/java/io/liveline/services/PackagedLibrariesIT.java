package io.liveline.services;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** Test of the libraries that are packaged, whatever the class path of a test has. */
class PackagedLibrariesIT {

    @ParameterizedTest
    @ValueSource(strings = {"services", "chat-service", "dashboard-service", "presence-service"})
    void everyPartOfNettyIsTheOneWithTheFixes(String module) throws IOException {
        assumeFalse(Boolean.getBoolean("liveline.native"), "A native executable has no jars");
        Matcher version = Pattern.compile("<netty\\.version>(.+)</netty\\.version>")
                .matcher(Files.readString(Path.of("..", "pom.xml")));
        assertThat(version.find()).isTrue();

        List<String> jars;
        try (Stream<Path> files = Files.walk(Path.of("..", module, "target", "quarkus-app"))) {
            jars = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("io.netty.netty-") && name.endsWith(".jar"))
                    .toList();
        }

        assertThat(jars)
                .hasSizeGreaterThan(5)
                .allMatch(name -> name.contains("-" + version.group(1)), "has the version " + version.group(1));
    }
}
