package io.nurs.netlink;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What Netty only logs: exceptions that its loops and pipelines swallowed, and leaks. Of classes loaded after {@link #listen}. */
final class NettyWarnings {
    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();
    private static boolean listening;

    private NettyWarnings() {}

    static synchronized void listen() {
        if (!listening) {
            listening = true;
            InternalLoggerFactory.setDefaultFactory(new Factory());
        }
    }

    /** The warnings since the last call. */
    static List<String> take() {
        List<String> taken = List.copyOf(SEEN);
        SEEN.clear();
        return taken;
    }

    private static final class Factory extends InternalLoggerFactory {
        private final JdkLoggerFactory loggers = (JdkLoggerFactory) JdkLoggerFactory.INSTANCE;

        @Override
        protected InternalLogger newInstance(String name) {
            InternalLogger logger = loggers.newInstance(name);
            Class<?>[] types = {InternalLogger.class};
            return (InternalLogger) Proxy.newProxyInstance(
                    InternalLogger.class.getClassLoader(), types, (self, method, arguments) -> {
                        if (method.getName().equals("warn") || method.getName().equals("error")) {
                            SEEN.add(name + ": " + Arrays.toString(arguments));
                        }
                        try {
                            return method.invoke(logger, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
