package io.liveline.services.support;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Reader of the first frame of an HTTP/2 server. */
public final class Http2Settings {

    private Http2Settings() {}

    /** Begins HTTP/2 on a new connection, and checks the settings that the server announces. */
    public static void assertLimits(Socket socket) throws IOException {
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        assertThat(in.readUnsignedByte()).as("a SETTINGS frame").isEqualTo(4);
        in.readNBytes(5);
        Map<Integer, Integer> settings = new HashMap<>();
        for (int i = 0; i < length / 6; i++) {
            settings.put(in.readUnsignedShort(), in.readInt());
        }
        assertThat(settings.get(3)).as("MAX_CONCURRENT_STREAMS").isGreaterThanOrEqualTo(100);
        assertThat(settings.get(6)).as("MAX_HEADER_LIST_SIZE").isEqualTo(16_384);
    }
}
