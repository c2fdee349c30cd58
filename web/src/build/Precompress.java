import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;

/**
 * Build step that compresses the files of the page at the highest level, so that no service compresses them for each
 * request. Arguments: the folder of the files, and the output folder. The output is a .gz and a .br of each file, if
 * smaller than the file, and a list of all files ("files"). Without a brotli4j library for the platform there is no
 * .br.
 */
class Precompress {

    public static void main(String[] args) throws IOException {
        Path from = Path.of(args[0]);
        Path to = Path.of(args[1]);
        List<String> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile)
                    .map(file -> from.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
        boolean brotli = Brotli4jLoader.isAvailable();
        for (String file : files) {
            byte[] plain = Files.readAllBytes(from.resolve(file));
            write(to.resolve(file + ".gz"), gzip(plain), plain);
            if (brotli) {
                Encoder.Parameters highest = new Encoder.Parameters().setQuality(11);
                write(to.resolve(file + ".br"), Encoder.compress(plain, highest), plain);
            }
        }
        Files.write(to.resolve("files"), files);
    }

    private static void write(Path file, byte[] compressed, byte[] plain) throws IOException {
        Files.createDirectories(file.getParent());
        if (compressed.length < plain.length) {
            Files.write(file, compressed);
        } else {
            Files.deleteIfExists(file);
        }
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes) {
            {
                def.setLevel(9);
            }
        }) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }
}
