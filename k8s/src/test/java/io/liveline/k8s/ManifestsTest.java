package io.liveline.k8s;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks of every overlay and component: a cluster accepts it, and it keeps the guarantees of the README. */
class ManifestsTest {

    static Stream<String> all() {
        return Stream.concat(
                Stream.concat(Stream.of("base"), Kustomization.overlays().stream()),
                Kustomization.COMPONENTS.keySet().stream().sorted());
    }

    /** Returns the names that can be applied as they are: in the base, images have no versions, which overlays set. */
    static Stream<String> applicable() {
        return all().filter(name -> !name.equals("base") && !Kustomization.liesOnBase(name));
    }

    @Test
    void everyComponentIsTested() {
        assertThat(Kustomization.COMPONENTS.keySet())
                .containsExactlyInAnyOrderElementsOf(Kustomization.folders("components"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyObjectFitsItsSchema(String name) {
        assertThat(Kustomization.render(name).stream().map(Schema::problem).flatMap(Optional::stream))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void referencesBetweenObjectsAreValid(String name) {
        assertThat(References.problems(Kustomization.render(name))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theGuaranteesOfTheReadmeAreKept(String name) {
        assertThat(Promises.problems(Kustomization.render(name)))
                .filteredOn(problem -> applicable().anyMatch(name::equals) || !problem.contains("has no fixed version"))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void onlyTheLocalOverlayContainsASecret(String name) {
        List<Thing> secrets = Kustomization.render(name).stream()
                .filter(thing -> "Secret".equals(thing.kind()))
                .toList();

        assertThat(secrets).hasSize(name.equals("local") ? 1 : 0);
        assertThat(Kustomization.render(name).stream()
                        .filter(Thing::isWorkload)
                        .flatMap(workload -> workload.containers().stream())
                        .flatMap(container -> container.each("env").stream())
                        .filter(variable -> variable.text("name").contains("PASSWORD"))
                        .filter(variable ->
                                !variable.at("valueFrom", "secretKeyRef").isThere()))
                .isEmpty();
    }

    @Test
    void theLocalOverlayHasOneReplicaPerServiceAndNoScaling() {
        List<Thing> local = Kustomization.render("local");

        assertThat(local).noneMatch(thing -> "HorizontalPodAutoscaler".equals(thing.kind()));
        assertThat(local.stream().filter(thing -> "Deployment".equals(thing.kind())))
                .hasSize(3)
                .noneMatch(deployment -> deployment.at("spec", "replicas").isThere());
    }

    @Test
    void productionHasThreeReplicasAcrossZonesWithTokensAndAGateway() {
        List<Thing> production = Kustomization.render("production");

        assertThat(production.stream().filter(thing -> "HorizontalPodAutoscaler".equals(thing.kind())))
                .hasSize(3)
                .allMatch(hpa -> hpa.at("spec", "minReplicas").number() == 3);
        assertThat(production.stream().filter(thing -> "Deployment".equals(thing.kind())))
                .hasSize(3)
                .allMatch(
                        deployment -> deployment.each("spec", "template", "spec", "topologySpreadConstraints").stream()
                                .anyMatch(spread -> "topology.kubernetes.io/zone".equals(spread.text("topologyKey"))));
        assertThat(production.stream().filter(thing -> "HTTPRoute".equals(thing.kind())))
                .hasSize(3)
                .allMatch(route -> "liveline.example.org".equals(route.text("spec", "hostnames", 0)));
        assertThat(production)
                .anyMatch(thing -> "ConfigMap".equals(thing.kind())
                        && "jwt".equals(thing.map("data").get("LIVELINE_AUTH")));
    }

    @Test
    void aCopyInAnotherNamespaceIsWhollyThereAndCountsItsOwnConnectionsOnly() {
        List<Thing> copy = Kustomization.renderCopy("elsewhere", List.of("jwt", "gateway", "keda", "monitoring"));

        assertThat(copy).allSatisfy(thing -> assertThat(thing.text("metadata", "namespace"))
                .isEqualTo(References.isClusterWide(thing) ? null : "elsewhere"));
        assertThat(copy.stream().filter(thing -> "Namespace".equals(thing.kind())))
                .extracting(Thing::name)
                .containsExactly("elsewhere");
        assertThat(copy.stream().filter(thing -> "ScaledObject".equals(thing.kind())))
                .hasSize(3)
                .allSatisfy(scaled -> assertThat(scaled.text("spec", "triggers", 0, "metadata", "query"))
                        .contains("{namespace=\"elsewhere\"}"));
        assertThat(copy).noneMatch(thing -> thing.value().toString().contains("namespace=\"liveline\""));
    }

    @Test
    void theProductionQuotaAllowsTheMaximumNumberOfReplicas() {
        List<Thing> production = Kustomization.render("production");
        Thing quota = production.stream()
                .filter(thing -> "ResourceQuota".equals(thing.kind()))
                .findFirst()
                .orElseThrow()
                .at("spec", "hard");

        List<Thing> containers = Promises.containersAtMost(production).toList();
        long memory = containers.stream()
                .mapToLong(container -> Promises.bytes(container.text("resources", "limits", "memory")))
                .sum();
        BigDecimal cores = containers.stream()
                .map(container -> Promises.cores(container.text("resources", "requests", "cpu")))
                .reduce(BigDecimal.ZERO, BigDecimal::add);

        assertThat(quota.at("pods").number()).isGreaterThanOrEqualTo(containers.size());
        assertThat(Promises.bytes(quota.text("limits.memory"))).isGreaterThanOrEqualTo(memory);
        assertThat(Promises.cores(quota.text("requests.cpu"))).isGreaterThanOrEqualTo(cores);
    }

    @Test
    void redisPersistsAllDataAndEvictsNothing() {
        String configuration = Kustomization.render("production").stream()
                .filter(thing ->
                        "ConfigMap".equals(thing.kind()) && thing.name().startsWith("redis"))
                .findFirst()
                .orElseThrow()
                .text("data", "redis.conf");

        assertThat(configuration)
                .contains("appendonly yes", "maxmemory-policy noeviction", "aclfile /run/redis/users.acl", "dir /data");
    }
}
