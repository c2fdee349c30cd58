package io.liveline.edge.http;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Negotiation of the content coding by {@code Accept-Encoding} (RFC 9110, section 12.5.3). */
public final class ContentCodingNegotiation {

    public static final String IDENTITY = "identity";
    public static final String GZIP = "gzip";
    public static final String BROTLI = "br";

    private ContentCodingNegotiation() {}

    /**
     * Returns the coding with the greatest weight, the first among equal ones, or {@link #IDENTITY} if the client
     * accepts none of them.
     *
     * @param accepted lines of the header
     * @param ours offered codings, in order of preference
     */
    public static String best(List<String> accepted, Collection<String> ours) {
        String best = AcceptHeader.heaviest(ours, coding -> weight(accepted, coding));
        return best == null ? IDENTITY : best;
    }

    private static double weight(List<String> accepted, String coding) {
        double ofOthers = 0;
        for (String line : accepted) {
            for (String element : line.toLowerCase(Locale.ROOT).split(",")) {
                String[] parts = element.split(";");
                String name = parts[0].strip();
                if (name.equals(coding)) {
                    return weight(parts);
                }
                if (name.equals("*")) {
                    ofOthers = weight(parts);
                }
            }
        }
        return ofOthers;
    }

    private static double weight(String[] parts) {
        for (String parameter : parts) {
            String[] pair = parameter.split("=", 2);
            if (pair[0].strip().equals("q")) {
                try {
                    return Double.parseDouble(pair[1].strip());
                } catch (NumberFormatException | ArrayIndexOutOfBoundsException unreadable) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
