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

/** Configuration in the manifests: an unknown key would have no effect. */
class ConfigurationTest {

    /**
     * Keys of authentication. MicroProfile JWT has no model of its keys, and {@code liveline.auth} is in no interface
     * of the services. So the allowed keys are listed here; only the components of authentication set them.
     */
    private static final Set<String> OF_TOKENS = Set.of(
            "LIVELINE_AUTH", "MP_JWT_VERIFY_ISSUER", "MP_JWT_VERIFY_AUDIENCES", "MP_JWT_VERIFY_PUBLICKEY_LOCATION");

    /** Key of SmallRye JWT, with which {@code PrivateIssuerIT} runs a service. */
    private static final String AUTHORITY_OF_THE_ISSUER = "SMALLRYE_JWT_CLIENT_TLS_CERTIFICATE_PATH";

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
        if (name.equals("jwt-ca")) {
            known.add(AUTHORITY_OF_THE_ISSUER);
        }

        assertThat(variables(name).keySet().stream()
                        .filter(variable -> !known.contains(variable.replaceAll("__[A-Z0-9]+__", "__*__"))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyValueOfTheServicesOwnKeysIsValid(String name) {
        assertThat(Configuration.read(variables(name))).isNotNull();
    }

    @Test
    void onlyTwoComponentsConfigureAuthentication() {
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
    void knownKeysComeFromTheServicesAndQuarkus() {
        assertThat(Configuration.ourVariables())
                .contains("LIVELINE_BUS_HISTORY_LENGTH", "LIVELINE_EDGE_READINESS_GRACE", "LIVELINE_CHAT_RING_BYTES");
        assertThat(Configuration.variablesOfQuarkus())
                .contains("QUARKUS_HTTP_PORT", "QUARKUS_REDIS_HOSTS")
                .as("read at build time")
                .doesNotContain("QUARKUS_REDIS_HEALTH_ENABLED");
    }

    /** Returns the services' environment variables, without those that are only inserted into others. */
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
