package io.liveline.edge;

import java.util.Set;
import java.util.stream.Collectors;

import io.netty.util.Version;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Version of Netty. Quarkus 3.33.2 brings 4.1.133, without the fixes of CVE-2026-59898 and others, and the root pom
 * overrides it. Remove the override and this test when Quarkus brings this version or a newer one.
 */
class NettyVersionTest {

    @Test
    void allPartsOfNettyAreTheOnesWithTheFixes() {
        Set<String> versions = Version.identify().values().stream()
                .map(Version::artifactVersion)
                .collect(Collectors.toSet());

        assertThat(versions).isEqualTo(Set.of("4.1.137.Final"));
    }
}
