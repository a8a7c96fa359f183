package io.nurs.appliance.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads a configuration file. Nothing but {@link ConfigException} comes out, and it names every mistake. */
public final class ConfigLoader {
    private ConfigLoader() {}

    public static ApplianceConfig load(Path file) throws ConfigException {
        String name = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(YamlText.MAX_BYTES + 1);
            if (bytes.length > YamlText.MAX_BYTES) {
                throw fileError(name, "larger than 1 MiB, so hardly a configuration");
            }
            return parse(name, decode(name, bytes));
        } catch (NoSuchFileException e) {
            throw fileError(name, "no such file");
        } catch (AccessDeniedException e) {
            throw fileError(name, "not readable by this user");
        } catch (IOException e) {
            throw fileError(name, "cannot be read: " + e.getMessage());
        }
    }

    public static ApplianceConfig parse(String fileName, String text) throws ConfigException {
        ConfigProblems problems = new ConfigProblems(fileName);
        // Windows editors begin UTF-8 with a byte order mark.
        YamlValue root = YamlText.compose(text.startsWith("\ufeff") ? text.substring(1) : text, problems);
        YamlSection section = root == null ? null : root.section();
        ApplianceConfig config = section == null ? null : new ApplianceConfigReader(section).read();
        problems.throwIfAny();
        if (config == null) {
            throw new IllegalStateException("no configuration and no error");
        }
        return config;
    }

    private static String decode(String name, byte[] bytes) throws ConfigException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            int column = text.length() - text.lastIndexOf('\n');
            throw new ConfigException(List.of(new ConfigError(
                    name,
                    line,
                    column,
                    "",
                    "byte 0x%02x is not UTF-8; save the file as UTF-8".formatted(in.get(in.position())))));
        }
        return text;
    }

    private static ConfigException fileError(String name, String message) {
        return new ConfigException(List.of(new ConfigError(name, 0, 0, "", message)));
    }
}
