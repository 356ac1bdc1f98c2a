using System.Text.RegularExpressions;
using ActorSync.Configuration;
using ActorSync.Configuration.Hocon;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>What can be known of Dockerfile and docker-compose.yml without a container engine.</summary>
public sealed partial class ContainerTests
{
    // Keys of the Compose Specification that this file may use, by block: https://github.com/compose-spec/compose-spec/blob/main/spec.md
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        [""] = "name services networks volumes secrets configs",
        ["service"] =
            "build cap_add cap_drop command container_name cpus depends_on deploy dns entrypoint env_file environment expose extra_hosts healthcheck hostname image init labels logging mem_limit "
            + "networks pids_limit platform ports profiles pull_policy read_only restart secrets security_opt shm_size stop_grace_period stop_signal sysctls tmpfs ulimits user volumes working_dir",
        ["service.healthcheck"] = "disable interval retries start_interval start_period test timeout",
        ["service.deploy"] = "endpoint_mode labels mode placement replicas resources restart_policy rollback_config update_config",
        ["service.deploy.resources"] = "limits reservations",
        ["service.deploy.resources.limits"] = "cpus memory pids",
        ["service.depends_on.*"] = "condition required restart",
        ["secret"] = "environment external file labels name",
        ["volume"] = "driver driver_opts external labels name",
    };

    private static readonly ComposeFile Compose = ComposeFile.Read();

    public static TheoryData<string> Services => [.. Compose.Services.Select(service => service.Name)];

    [Fact]
    public void Every_file_the_image_copies_from_the_clone_exists()
    {
        var copied = Copy().Matches(Read("Dockerfile")).SelectMany(match => match.Groups[1].Value.Split(' ').SkipLast(1)).ToList();

        copied.ShouldNotBeEmpty();
        copied.Where(path => Directory.GetFileSystemEntries(ProjectFolder.Root, path).Length == 0).ShouldBeEmpty();
    }

    [Fact]
    public void The_image_has_every_file_the_build_needs_beside_the_projects() =>
        Directory.GetFiles(ProjectFolder.Root, "*.props")
            .Select(Path.GetFileName)
            .ShouldAllBe(name => Read("Dockerfile").Contains(name!));

    [Fact]
    public void The_image_runs_as_a_user_that_is_not_root() => Regex.Matches(Read("Dockerfile"), @"^USER (.+)$", RegexOptions.Multiline)[^1].Groups[1].Value.ShouldBe("1654:1654");

    [Fact]
    public void Every_key_is_one_of_the_compose_specification()
    {
        Unknown("", Compose.Root.Where(field => !((string)field.Key).StartsWith("x-", StringComparison.Ordinal)).ToDictionary()).ShouldBeEmpty();
        foreach (var (name, service) in Compose.Services)
        {
            Unknown("service", service).ShouldBeEmpty(name);
            foreach (var path in new[] { "healthcheck", "deploy", "deploy.resources", "deploy.resources.limits" })
            {
                Unknown($"service.{path}", ComposeFile.Block(ComposeFile.At(service, path))).ShouldBeEmpty($"{name}.{path}");
            }

            foreach (var (other, needed) in ComposeFile.At(service, "depends_on") is { } needs ? ComposeFile.Block(needs) : [])
            {
                Unknown("service.depends_on.*", ComposeFile.Block(needed)).ShouldBeEmpty(name);
                Compose.Services.Select(one => one.Name).ShouldContain((string)other);
                ComposeFile.At(needed, "condition").ShouldBeOneOf("service_started", "service_healthy", "service_completed_successfully");
            }
        }

        foreach (var (block, kind) in new[] { ("secrets", "secret"), ("volumes", "volume") })
        {
            ComposeFile.Block(Compose.Root[block]).Values.OfType<Dictionary<object, object?>>().ShouldAllBe(one => !Unknown(kind, one).Any());
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_can_do_nothing_it_need_not(string name)
    {
        var service = Service(name);
        ComposeFile.At(service, "read_only").ShouldBe("true");
        ComposeFile.Texts(ComposeFile.At(service, "cap_drop")).ShouldBe(["ALL"]);
        ComposeFile.At(service, "cap_add").ShouldBeNull();
        ComposeFile.At(service, "privileged").ShouldBeNull();
        ComposeFile.Texts(ComposeFile.At(service, "security_opt")).ShouldBe(["no-new-privileges:true"]);
        ComposeFile.At(service, "user").ShouldBeOneOf("1654:1654", "postgres");
        ComposeFile.At(service, "deploy.resources.limits.memory").ShouldNotBeNull();
        ComposeFile.At(service, "deploy.resources.limits.cpus").ShouldNotBeNull();
        ComposeFile.Texts(ComposeFile.At(service, "healthcheck.test"))[0].ShouldBe("CMD");
        ComposeFile.Texts(ComposeFile.At(service, "ports")).ShouldAllBe(port => port.StartsWith("127.0.0.1:", StringComparison.Ordinal));
        ComposeFile.Texts(ComposeFile.At(service, "tmpfs")).ShouldContain(mount => mount.StartsWith("/tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Ports_of_the_machine_are_given_once()
    {
        var ports = Compose.Services.SelectMany(service => ComposeFile.Texts(ComposeFile.At(service.Service, "ports"))).Select(port => port.Split(':')[1]).ToList();
        ports.ShouldBeUnique();
        ports.Count.ShouldBe(5);
    }

    [Fact]
    public void What_a_service_mounts_and_each_secret_exists_and_every_secret_is_used()
    {
        var secrets = ComposeFile.Block(Compose.Root["secrets"]);
        secrets.Values.Select(secret => (string)ComposeFile.At(secret, "file")!).Where(file => !File.Exists(Path.Combine(ProjectFolder.Root, file))).ShouldBeEmpty();
        Compose.Services.SelectMany(service => ComposeFile.Texts(ComposeFile.At(service.Service, "secrets"))).Distinct().ShouldBe(secrets.Keys.Cast<string>(), ignoreOrder: true);
        Compose.Services.SelectMany(service => ComposeFile.Texts(ComposeFile.At(service.Service, "volumes"))).Select(volume => volume.Split(':')[0])
            .Where(source => source.StartsWith('.') ? !File.Exists(Path.Combine(ProjectFolder.Root, source)) : !ComposeFile.Block(Compose.Root["volumes"]).ContainsKey(source))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Three_nodes_differ_by_name_and_port_alone()
    {
        var nodes = Nodes;
        nodes.Count.ShouldBe(3);
        nodes.Select(node => ComposeFile.At(node.Service, "environment.ACTORSYNC_NODE_NAME")).ShouldBe(nodes.Select(node => node.Name));
        nodes.ShouldAllBe(node => (string)ComposeFile.At(node.Service, "image")! == "actorsync" && (string)ComposeFile.At(node.Service, "restart")! == "unless-stopped");
    }

    [Fact]
    public void Variables_of_a_node_are_keys_and_its_configuration_is_right_with_them()
    {
        var service = Nodes[0].Service;
        var command = ComposeFile.Texts(ComposeFile.At(service, "command"));
        command.ShouldBe(["run", "-c", "hocon/demo.conf"]);
        Read("Dockerfile").ShouldContain("COPY hocon/*.conf hocon/");

        // The secrets are where the container has them.
        var environment = ComposeFile.Block(service["environment"]).ToDictionary(field => (string)field.Key, field => Secrets((string)field.Value!));
        var loaded = SyncConfigLoader.Load([Path.Combine(ProjectFolder.Root, command[^1])], environment);
        loaded.Report.Errors.ShouldBeEmpty();
        foreach (var variable in environment.Keys)
        {
            loaded.Report.Values.ShouldContain(value => value.Origin.Source == $"environment variable {variable}", variable);
        }

        loaded.Config!.Postgres.Url.ToString().ShouldBe("postgres://actorsync@postgres:5432/actorsync");
        loaded.Config.Postgres.Url.ConnectionString.Reveal().ShouldContain(Read("hocon/compose/secrets/node-password"));
        ComposeFile.Texts(ComposeFile.At(service, "healthcheck.test"))[^1].ShouldBe($"http://127.0.0.1:{environment["ACTORSYNC_NODE_HTTP_PORT"]}/health/ready");
    }

    // docker stop kills what has not ended by then.
    [Fact]
    public void A_node_is_given_longer_than_it_drains()
    {
        var drains = DrainTime().Match(string.Concat(SourceTree.Files("src", ".cs").Select(file => file.Text))).Groups[1].Value;
        var seconds = int.Parse(drains, System.Globalization.CultureInfo.InvariantCulture);
        Nodes.ShouldAllBe(node => HoconQuantity.ReadDuration((string)ComposeFile.At(node.Service, "stop_grace_period")!) > TimeSpan.FromSeconds(seconds + 10));
    }

    private static List<(string Name, Dictionary<object, object?> Service)> Nodes =>
        [.. Compose.Services.Where(service => service.Name.StartsWith("node-", StringComparison.Ordinal))];

    private static Dictionary<object, object?> Service(string name) => Compose.Services.First(service => service.Name == name).Service;

    private static string Secrets(string value) => value.Replace("/run/secrets", Path.Combine(ProjectFolder.Root, "hocon/compose/secrets"), StringComparison.Ordinal);

    private static IEnumerable<string> Unknown(string block, Dictionary<object, object?> fields) => fields.Keys.Cast<string>().Except(Keys[block].Split(' '));

    private static string Read(string file) => File.ReadAllText(Path.Combine(ProjectFolder.Root, file));

    [GeneratedRegex(@"TimeSpan DrainTimeMax = TimeSpan\.FromSeconds\((\d+)\)")]
    private static partial Regex DrainTime();

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
