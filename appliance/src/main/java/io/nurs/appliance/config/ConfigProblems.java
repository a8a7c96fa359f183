package io.nurs.appliance.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Collects what is wrong with one file, so that the operator sees all of it at once. */
final class ConfigProblems {
    private final String file;
    private final List<ConfigError> errors = new ArrayList<>();
    private final List<ConfigError> warnings = new ArrayList<>();

    ConfigProblems(String file) {
        this.file = file;
    }

    void error(Optional<Mark> mark, String key, String message) {
        errors.add(problem(mark, key, message));
    }

    void warning(Optional<Mark> mark, String key, String message) {
        warnings.add(problem(mark, key, message));
    }

    void error(int line, int column, String message) {
        errors.add(new ConfigError(file, line, column, "", message));
    }

    List<ConfigError> warnings() {
        return inFileOrder(warnings);
    }

    void throwIfAny() throws ConfigException {
        if (!errors.isEmpty()) {
            throw new ConfigException(inFileOrder(errors));
        }
    }

    // Marks count from 0.
    private ConfigError problem(Optional<Mark> mark, String key, String message) {
        return new ConfigError(
                file,
                mark.map(m -> m.getLine() + 1).orElse(0),
                mark.map(m -> m.getColumn() + 1).orElse(0),
                key,
                message);
    }

    private static List<ConfigError> inFileOrder(List<ConfigError> problems) {
        return problems.stream()
                .sorted(Comparator.comparingInt(ConfigError::line).thenComparingInt(ConfigError::column))
                .toList();
    }
}
