import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * A real node of Elasticsearch on the loopback interface, alone in its cluster, for tests. Arguments: home folder, data
 * folder, name of the cluster, port (0 is any free one). It prints `HOST:PORT`, and ends when its standard input does,
 * so that no test run can leave it behind.
 */
public final class Server {
    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        Path data = Path.of(args[1]);
        InputStream in = System.in;
        // What is configured below sends these two into the log.
        PrintStream out = System.out;
        PrintStream err = System.err;
        LogConfigurator.setNodeName("test");
        LogConfigurator.configureESLogging();
        Settings settings = Settings.builder()
            .put("path.home", home.toString())
            .put("path.data", data.toString())
            .put("path.logs", data.resolve("logs").toString())
            .put("cluster.name", args[2])
            .put("node.name", "test")
            .put("network.host", "127.0.0.1")
            .put("http.port", args[3])
            .put("transport.port", "0")
            .put("discovery.type", "single-node")
            // A full disk of the machine is none of the tests' business.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            // All tests share it, and each has indices of its own.
            .put("cluster.max_shards_per_node", 5000)
            .build();
        try {
            Environment environment =
                InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "test");
            LogConfigurator.registerErrorListener();
            LogConfigurator.configure(environment, true);
            PluginsLoader plugins = PluginsLoader.createPluginsLoader(
                PluginsLoader.loadModulesBundles(environment.modulesDir(), false), Set.of(), Map.of(), false);
            Node node = new Node(environment, plugins);
            node.start();
            out.println(node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress());
            out.flush();
            in.transferTo(OutputStream.nullOutputStream());
            node.close();
            node.awaitClose(20, TimeUnit.SECONDS);
        } catch (Throwable failure) {
            // Such as a port that is taken, which is the cause of a cause.
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) err.println("elasticsearch: " + cause);
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }
}
