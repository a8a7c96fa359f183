package io.nurs.appliance.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What all commands begin with: one line a fact, on standard error, as standard output belongs to them. {@code run} has a log of
 * its own ({@link Logs}). In code, as logback's reading of XML takes longer than the rest of it.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogDefaults extends ContextAwareBase implements Configurator {
    private static final List<String> COMPLAINERS = List.of(
            // Looks for a MAC address to make channel ids of, which a namespace with only lo lacks; random ones do.
            "io.netty.util.internal.MacAddressUtil",
            // In a namespace whose loopback is down they tell so with a stack trace; we need no interface.
            "io.netty.util.NetUtilInitializations",
            "io.netty.util.NetUtil");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(new Lines());
        appender.start();
        COMPLAINERS.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static final class Lines extends EncoderBase<ILoggingEvent> {
        private final LogLine line = new LogLine(LogFormat.TEXT, true, false);

        @Override
        public byte[] headerBytes() {
            return new byte[0];
        }

        @Override
        public byte[] encode(ILoggingEvent event) {
            return line.of(event).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] footerBytes() {
            return new byte[0];
        }
    }
}
