package io.liveline.k8s;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A key in a manifest that no configuration knows would be a wish that nobody hears. */
class ConfigurationTest {

    /**
     * Who gets in. MicroProfile JWT says no more of its keys than their names, and {@code liveline.auth} stands in no
     * interface of ours; so that no others pass, they are listed, and set by two components alone.
     */
    private static final Set<String> OF_TOKENS = Set.of(
            "LIVELINE_AUTH", "MP_JWT_VERIFY_ISSUER", "MP_JWT_VERIFY_AUDIENCES", "MP_JWT_VERIFY_PUBLICKEY_LOCATION");

    private static final Set<String> OF_GUESTS = Set.of("LIVELINE_AUTH", "LIVELINE_EDGE_ANYONE_MAY_CLAIM_ANY_NAME");

    static Stream<String> all() {
        return ManifestsTest.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyKeyIsKnownToAService(String name) {
        Set<String> known = new HashSet<>(Configuration.ourVariables());
        known.addAll(Configuration.variablesOfQuarkus());
        if (!name.equals("base")) {
            known.addAll(Set.of("local", "guests").contains(name) ? OF_GUESTS : OF_TOKENS);
        }

        assertThat(variables(name).keySet().stream()
                        .filter(variable -> !known.contains(variable.replaceAll("__[A-Z0-9]+__", "__*__"))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyValueOfOursCanBeRead(String name) {
        assertThat(Configuration.read(variables(name))).isNotNull();
    }

    @Test
    void whoGetsInIsSaidByTwoComponentsAlone() {
        assertThat(variables("base").keySet())
                .doesNotContainAnyElementsOf(OF_TOKENS)
                .doesNotContainAnyElementsOf(OF_GUESTS);
        assertThat(variables("local"))
                .containsEntry("LIVELINE_AUTH", "guest")
                .containsKeys(OF_GUESTS.toArray(new String[0]));
        assertThat(variables("production"))
                .containsEntry("LIVELINE_AUTH", "jwt")
                .containsKeys(OF_TOKENS.toArray(new String[0]));
    }

    @Test
    void keysAreTakenFromWhatTheServicesAndQuarkusSayThemselves() {
        assertThat(Configuration.ourVariables())
                .contains("LIVELINE_BUS_HISTORY_LENGTH", "LIVELINE_EDGE_READINESS_GRACE", "LIVELINE_CHAT_RING_BYTES");
        assertThat(Configuration.variablesOfQuarkus())
                .contains("QUARKUS_HTTP_PORT", "QUARKUS_REDIS_HOSTS")
                .as("is read when a service is built")
                .doesNotContain("QUARKUS_REDIS_HEALTH_ENABLED");
    }

    /** What the services get, but for what is only there to be put into another variable. */
    private static Map<String, String> variables(String name) {
        Map<String, String> variables = Promises.environment(Kustomization.render(name));
        for (Thing thing : Kustomization.render(name)) {
            if ("Deployment".equals(thing.kind())) {
                Set<String> names = thing.at("spec", "template", "spec", "containers", 0, "env").each().stream()
                        .map(variable -> variable.text("name"))
                        .collect(Collectors.toSet());
                names.remove("REDIS_PASSWORD");
                names.forEach(variable -> variables.put(variable, "redis://redis:6379"));
            }
        }
        assertThat(variables).containsKeys("QUARKUS_REDIS_HOSTS", "QUARKUS_HTTP_PORT");
        return variables;
    }
}
