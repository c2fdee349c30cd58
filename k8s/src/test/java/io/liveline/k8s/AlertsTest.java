package io.liveline.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/** Checks of the alerts: each fires and resolves on given metrics, as Prometheus evaluates it, and has a runbook. */
class AlertsTest {

    private static final Path RULES = Path.of("components", "monitoring", "alerts.yaml");
    private static final Path TESTS = Path.of("src", "test", "resources", "alerts-test.yaml");
    private static final Path RUNBOOK = Path.of("..", "docs", "operations.md");

    @Test
    void everyAlertFiresAndResolvesOnItsMetrics() throws Exception {
        Path folder = Files.createDirectories(Path.of("target", "alerts"));
        Files.writeString(
                folder.resolve("rules.yaml"),
                new Yaml().dump(load(RULES).at("spec").value()));
        Files.writeString(folder.resolve("alerts-test.yaml"), Files.readString(TESTS));

        assertThat(promtool(folder, "check", "rules", "rules.yaml")).contains("SUCCESS");
        assertThat(promtool(folder, "test", "rules", "alerts-test.yaml")).contains("SUCCESS");
    }

    @Test
    void everyAlertHasATestOfItsFiringAndOfItsResolving() throws IOException {
        for (String alert : alerts()) {
            List<Boolean> firing = load(TESTS).each("tests").stream()
                    .flatMap(test -> test.each("alert_rule_test").stream())
                    .filter(one -> alert.equals(one.text("alertname")))
                    .map(one -> !one.each("exp_alerts").isEmpty())
                    .toList();

            assertThat(firing).as(alert).contains(true);
            assertThat(firing.subList(firing.indexOf(true), firing.size()))
                    .as(alert + " resolves")
                    .contains(false);
        }
    }

    @Test
    void everyAlertHasALineInTheRunbook() throws IOException {
        String runbook = Files.readString(RUNBOOK);

        assertThat(alerts()).hasSizeGreaterThan(5).allSatisfy(alert -> assertThat(runbook)
                .contains("\n| `" + alert + "` |"));
    }

    @Test
    void noAlertAndNoPanelNamesANamespace() throws IOException {
        assertThat(Files.readString(RULES)).doesNotContain("namespace=\"");
        assertThat(Files.readString(RULES.resolveSibling("dashboard.json"))).doesNotContain("namespace=\\\"");
    }

    private static List<String> alerts() throws IOException {
        return load(RULES).each("spec", "groups").stream()
                .flatMap(group -> group.each("rules").stream())
                .map(rule -> rule.text("alert"))
                .toList();
    }

    private static Thing load(Path file) throws IOException {
        Map<String, Object> tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        return new Thing(tree);
    }

    private static String promtool(Path folder, String... arguments) throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(List.of("promtool"));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
            return output;
        } catch (IOException notInstalled) {
            return abort("promtool is not installed: the alerts are not evaluated here");
        }
    }
}
