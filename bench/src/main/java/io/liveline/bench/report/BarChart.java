package io.liveline.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.liveline.bench.server.Target;

/** Bar chart of medians as SVG, with one bar for each target. */
record BarChart(Runs runs) {

    private static final int ROW = 28;
    private static final int WIDEST = 420;

    /** Returns the lines of the document that show the chart; none if fewer than two targets have the figure. */
    List<String> write(String scenario, String figure, String says, Path folder) throws IOException {
        List<Target> targets = java.util.Arrays.stream(Target.values())
                .filter(target -> !Double.isNaN(runs.median(scenario, target, figure)))
                .toList();
        if (targets.size() < 2) {
            return List.of();
        }
        String name = "bench-" + scenario + ".svg";
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name), svg(scenario, figure, says, targets));
        return List.of("![" + scenario + ": " + says.replace("`", "") + "](images/" + name + ")", "");
    }

    private String svg(String scenario, String figure, String says, List<Target> targets) {
        double most = targets.stream()
                .mapToDouble(target -> runs.median(scenario, target, figure))
                .max()
                .orElse(1);
        int height = 36 + ROW * targets.size();
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\""
                + height
                + "\" font-family=\"sans-serif\" font-size=\"14\"><rect width=\"640\" height=\"" + height
                + "\" fill=\"white\"/><text x=\"8\" y=\"22\">" + scenario + ": " + says.replace("`", "") + "</text>\n");
        for (int i = 0; i < targets.size(); i++) {
            double median = runs.median(scenario, targets.get(i), figure);
            int y = 36 + ROW * i;
            long width = most <= 0 ? 0 : Math.max(0, Math.round(WIDEST * median / most));
            svg.append("<text x=\"8\" y=\"" + (y + 16) + "\">" + targets.get(i).label() + "</text><rect x=\"90\" y=\""
                    + y
                    + "\" width=\"" + width + "\" height=\"22\" fill=\""
                    + (targets.get(i).isOurs() ? "#1f6feb" : "#9aa4b2") + "\"/><text x=\"" + (96 + width)
                    + "\" y=\"" + (y + 16) + "\">" + Runs.number(median) + "</text>\n");
        }
        return svg.append("</svg>\n").toString();
    }
}
