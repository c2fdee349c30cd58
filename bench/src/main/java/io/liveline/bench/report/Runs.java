package io.liveline.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import io.liveline.bench.server.Target;
import io.vertx.core.json.JsonObject;

/** Collection of the reports of many runs. */
public record Runs(List<JsonObject> reports) {

    /** Reads the reports among the lines of a file. */
    static Runs read(Path file) throws IOException {
        return new Runs(Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("{"))
                .map(JsonObject::new)
                .toList());
    }

    List<JsonObject> of(String scenario, Target target) {
        return reports.stream()
                .filter(report -> report.getString("scenario").equals(scenario)
                        && report.getString("target").equals(target.label())
                        && report.containsKey("figures"))
                .toList();
    }

    /** Returns the median of a figure over the runs; NaN if no run has it. */
    double median(String scenario, Target target, String figure) {
        double[] all = sorted(scenario, target, figure);
        return all.length == 0 ? Double.NaN : (all[(all.length - 1) / 2] + all[all.length / 2]) / 2;
    }

    /** Returns the median and its spread for a table; empty if no run has the figure. */
    public String cell(String scenario, Target target, String figure) {
        double[] all = sorted(scenario, target, figure);
        if (all.length == 0) {
            return "";
        }
        String median = number(median(scenario, target, figure));
        return all.length == 1 ? median : median + " (" + number(all[0]) + "–" + number(all[all.length - 1]) + ")";
    }

    /** Formats a number with three digits, or as an integer if it has more digits or is one. */
    static String number(double number) {
        double size = Math.abs(number);
        boolean whole = number == 0 || size >= 10 && number == Math.rint(number);
        String format = whole || size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, number);
    }

    private double[] sorted(String scenario, Target target, String figure) {
        return of(scenario, target).stream()
                .map(report -> figure(report.getJsonObject("figures"), figure))
                .filter(Objects::nonNull)
                .mapToDouble(Number::doubleValue)
                .sorted()
                .toArray();
    }

    private static Number figure(JsonObject figures, String path) {
        JsonObject at = figures;
        String[] parts = path.split("\\.");
        for (int i = 0; i < parts.length - 1 && at != null; i++) {
            at = at.getJsonObject(parts[i]);
        }
        return at == null ? null : at.getNumber(parts[parts.length - 1]);
    }
}
