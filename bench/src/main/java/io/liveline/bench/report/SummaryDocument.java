package io.liveline.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.liveline.bench.server.Target;
import io.vertx.core.json.JsonObject;

/** Document of all runs: a table of medians for each scenario, and its goals with the results. */
public final class SummaryDocument {

    private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("deliveries_per_s", "deliveries/s");
        COLUMNS.put("changes_per_s", "changes/s");
        COLUMNS.put("server_cpu.us_per_delivery", "server CPU, µs each");
        COLUMNS.put("server_cpu.user_us_per_delivery", "of it user");
        COLUMNS.put("stream_us_per_delivery", "without increments");
        COLUMNS.put("server_cpu.cores", "server, cores");
        COLUMNS.put("compiler_share", "share of it in JIT compilers");
        COLUMNS.put("latency_ms.p50", "p50, ms");
        COLUMNS.put("latency_ms.p99", "p99, ms");
        COLUMNS.put("memory.rss_kib_per_connection", "RSS, KiB each");
        COLUMNS.put("memory.collected_rss_kib_per_connection", "after a full collection");
        COLUMNS.put("memory.empty_rss_mib", "empty server, MiB");
        for (String module : List.of("services", "chat-service", "dashboard-service", "presence-service")) {
            COLUMNS.put("first_answer_ms." + module, "`" + module + "` answers, ms");
            COLUMNS.put("rest_rss_mib." + module, "at rest, MiB");
        }
        COLUMNS.put("redis_us_per_delivery", "CPU of Redis, µs each");
        COLUMNS.put("all_joined_s", "until all have joined, s");
        COLUMNS.put("all_joined_cold_s", "the first time");
        COLUMNS.put("before_p99_ms", "p99 before, ms");
        COLUMNS.put("rss_grown_mib", "RSS grown, MiB");
        COLUMNS.put("connections_closed", "connections closed");
        COLUMNS.put("generator_cpu.us_per_delivery", "generator CPU, µs each");
        COLUMNS.put("generator_cpu.cores", "generator, cores");
        COLUMNS.put("missing", "missing");
        COLUMNS.put("repeated", "repeated");
        COLUMNS.put("refused", "refused and asked again");
        COLUMNS.put("connections_lost", "connections lost");
    }

    private final Runs runs;
    private final Path images;

    private SummaryDocument(Runs runs, Path images) {
        this.images = images;
        this.runs = runs;
    }

    /** Writes the document. */
    public static void write(Path reports, Path document) {
        try {
            Files.writeString(
                    document, new SummaryDocument(Runs.read(reports), document.resolveSibling("images")).text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text() {
        List<String> lines = new ArrayList<>();
        lines.add("# Benchmarks");
        lines.add("");
        lines.add(
                "Written by `bench/run`; every figure is measured. A figure is the median, followed by the lowest and the"
                        + " highest run. Servers run in turn, so that load from elsewhere affects all of them; ratios are"
                        + " worth more than figures. [bench/README.md](../bench/README.md) describes each scenario.");
        lines.add("");
        lines.add(
                "Each target names its reader: *operators* size replicas; *users* wait for what they see; *teams that compare*"
                        + " choose between Liveline and a peer; *maintainers* see how much is left above the floor, which is the"
                        + " bare system calls. Where a figure has two targets, the stricter one was set later.");
        lines.add("");
        about(lines);
        runs.reports().stream()
                .map(report -> report.getString("scenario"))
                .distinct()
                .forEach(scenario -> scenario(scenario, lines));
        return String.join("\n", lines) + "\n";
    }

    private void about(List<String> lines) {
        JsonObject machine = runs.reports().get(0).getJsonObject("machine");
        lines.add("Machine: " + machine.getString("cpu") + ", " + machine.getInteger("cores") + " cores shared with the"
                + " generator, " + machine.getString("memory") + " of memory, Linux " + machine.getString("kernel")
                + ".");
        lines.add("");
        runs.reports().stream()
                .map(report -> "- " + report.getString("target") + ": "
                        + report.getJsonObject("versions").stream()
                                .filter(entry -> !entry.getKey().equals("generator_java"))
                                .map(entry -> String.valueOf(entry.getValue()))
                                .reduce((a, b) -> a + ", `" + b + "`")
                                .orElse(""))
                .distinct()
                .sorted()
                .forEach(lines::add);
        lines.add("");
    }

    private void scenario(String scenario, List<String> lines) {
        lines.add("## " + scenario);
        lines.add("");
        failures(scenario, lines);
        List<Target> targets = java.util.Arrays.stream(Target.values())
                .filter(target -> !runs.of(scenario, target).isEmpty())
                .toList();
        List<String> columns = COLUMNS.keySet().stream()
                .filter(column -> targets.stream().anyMatch(target -> {
                    double median = runs.median(scenario, target, column);
                    return !Double.isNaN(median) && median != 0;
                }))
                .toList();
        if (targets.isEmpty()) {
            return;
        }
        lines.add("| | " + String.join(" | ", columns.stream().map(COLUMNS::get).toList()) + " | runs | load before |");
        lines.add("|---".repeat(columns.size() + 3) + "|");
        targets.forEach(target -> lines.add(row(scenario, target, columns)));
        lines.add("");
        plots(scenario, lines);
        goals(scenario, lines);
    }

    private void plots(String scenario, List<String> lines) {
        try {
            String figure = plotted(scenario);
            lines.addAll(new BarChart(runs).write(scenario, figure, COLUMNS.get(figure), images));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String plotted(String scenario) {
        return switch (scenario) {
            case "start-up" -> "first_answer_ms.chat-service";
            case "slow-consumers" -> "rss_grown_mib";
            case "chat-redis-latency", "chat-fixed-rate" -> "latency_ms.p99";
            default ->
                scenario.endsWith("-idle") ? "memory.collected_rss_kib_per_connection" : "server_cpu.us_per_delivery";
        };
    }

    private void failures(String scenario, List<String> lines) {
        List<String> failed = runs.reports().stream()
                .filter(report -> report.getString("scenario").equals(scenario) && report.containsKey("failed"))
                .map(report -> "**Failed:** " + report.getString("target") + ", run " + report.getInteger("repeat")
                        + ": " + report.getString("failed").lines().findFirst().orElse(""))
                .toList();
        failed.forEach(line -> {
            lines.add(line);
            lines.add("");
        });
    }

    private String row(String scenario, Target target, List<String> columns) {
        List<JsonObject> reports = runs.of(scenario, target);
        double[] loads = reports.stream()
                .mapToDouble(report -> report.getDouble("load_before"))
                .sorted()
                .toArray();
        StringBuilder row = new StringBuilder("| " + target.label());
        columns.forEach(column -> row.append(" | ").append(runs.cell(scenario, target, column)));
        return row.append(" | ")
                        .append(loads.length)
                        .append(" | ")
                        .append(Runs.number(loads[0]))
                        .append(loads.length == 1 ? "" : "–" + Runs.number(loads[loads.length - 1]))
                + " |";
    }

    private void goals(String scenario, List<String> lines) {
        List<String> verdicts = Goal.ALL.stream()
                .filter(goal -> goal.scenario().equals(scenario))
                .map(goal -> goal.verdict(runs))
                .filter(Objects::nonNull)
                .toList();
        if (!verdicts.isEmpty()) {
            lines.add("| target | for | reached | |");
            lines.add("|---|---|---|---|");
            lines.addAll(verdicts);
            lines.add("");
        }
    }
}
