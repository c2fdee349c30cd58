package io.liveline.bench.net;

import io.liveline.bench.util.Tally;

/** HTTP connection for one request after the other. Each response has a content length. */
public abstract class HttpConnection extends Connection {

    private static final byte[] LENGTH = ByteScanner.ascii("ontent-length: ");
    private static final byte[] LENGTH_TITLE = ByteScanner.ascii("ontent-Length: ");

    private final Tally tally;

    public HttpConnection(Tally tally) {
        this.tally = tally;
    }

    /** Called with each response: its head begins at one index, and its body is between two others. */
    public abstract void answered(int status, byte[] bytes, int head, int from, int to);

    public static String request(String method, String path, String headers, String body) {
        String length = method.equals("GET") ? "" : "Content-Length: " + body.length() + "\r\n";
        String type = body.isEmpty() ? "" : "Content-Type: application/json\r\n";
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + type + length + headers + "\r\n" + body;
    }

    @Override
    public void lost() {
        tally.lost++;
    }

    @Override
    public int take(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int end = ByteScanner.find(bytes, END_OF_HEAD, at, to);
            if (end < 0) {
                break;
            }
            int body = end + END_OF_HEAD.length;
            int length = length(bytes, at, end);
            if (to - body < length) {
                break;
            }
            answered(status(bytes, at), bytes, at, body, body + length);
            at = body + length;
        }
        return at;
    }

    private static int length(byte[] bytes, int from, int to) {
        int at = ByteScanner.find(bytes, LENGTH, from, to);
        at = at < 0 ? ByteScanner.find(bytes, LENGTH_TITLE, from, to) : at;
        // 204 and 304 have no content length.
        return at < 0 ? 0 : (int) ByteScanner.number(bytes, at + LENGTH.length, to);
    }
}
