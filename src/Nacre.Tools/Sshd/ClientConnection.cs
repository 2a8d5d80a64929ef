using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Logins;
using Nacre.Tools.Sshd.Metrics;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Who is at the other end of a connection, and what the configuration says for them.</summary>
internal sealed class ClientConnection : IClientOrigin
{
    /// <summary>A <see cref="LongestRecordedHost"/> that no name is longer than.</summary>
    public const int AnyHost = int.MaxValue;

    private readonly ServerConfig _config;
    private ServerConfig? _forAnybody;
    private UserConfig? _forUser;
    private FoundAccount? _found;

    private ClientConnection(IPEndPoint remote, IPEndPoint local, ServerConfig config)
    {
        (Remote, Local, _config) = (remote, local, config);
        Host = Address;
    }

    /// <summary>What the way in of its user leaves for their sessions.</summary>
    public UserLogin Login { get; } = new();

    /// <summary>Its place among those who are not logged in; null where nobody counts them.</summary>
    public Startup? Startup { get; set; }

    /// <summary>Counts what comes of it; null where nobody does.</summary>
    public ConnectionMetrics? Metrics { get; set; }

    /// <summary>Whom the client says it is; null before it does. The peer's word: escape it.</summary>
    public string? UserName { get; set; }

    /// <summary>False once it is known that this is nobody who may log in here.</summary>
    public bool IsUserValid { get; set; } = true;

    /// <summary>The client's address.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>The address that it connected to.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The client's name where UseDNS asks for it and it has one that leads back to it; its address otherwise.</summary>
    public string Host { get; private set; }

    /// <summary>The longest name that is recorded with a login at a terminal.</summary>
    public int LongestRecordedHost { get; set; } = AnyHost;

    /// <summary>Its name as it is recorded with a login at a terminal, or its address where that is longer than is wanted.</summary>
    public string RecordedHost => Host.Length <= LongestRecordedHost ? Host : Address;

    /// <summary>The routing domain in which it came; empty for the usual one.</summary>
    public string RDomain { get; private init; } = "";

    /// <summary>Describes a connected socket.</summary>
    public static ClientConnection Of(Accepted accepted, ServerConfig config, int longestRecordedHost = AnyHost) =>
        new(accepted.Remote, accepted.Local, config) { RDomain = RoutingDomain.Of(accepted.Socket), LongestRecordedHost = longestRecordedHost };

    /// <summary>Describes a connection on pipes, which has no addresses; OpenSSH's words for them.</summary>
    public static ClientConnection OnPipes(ServerConfig config) => new(new IPEndPoint(IPAddress.None, 65535), new IPEndPoint(IPAddress.None, 65535), config);

    /// <summary>Describes what another process has accepted, by what it knows.</summary>
    public static ClientConnection Known(IPEndPoint remote, IPEndPoint local, string host, ServerConfig config) => new(remote, local, config) { Host = host };

    /// <summary>The account of the user who has logged in, where no account can be looked up any more; null elsewhere.</summary>
    public UserAccount? Account { get; set; }

    /// <summary>Where the user's logins at terminals are recorded; null where nobody can.</summary>
    public ILoginRecords? Records { get; set; } = Users.IsRoot ? new LoginRecords() : null;

    /// <summary>Where the terminals of the user's sessions come from.</summary>
    public ITerminals Terminals { get; set; } = OwnTerminals.Instance;

    /// <summary>The account of a name, which is looked up once; null when there is none.</summary>
    public UserAccount? AccountOf(string name)
    {
        if (Account is { } own && own.Name == name) return own;
        if (_found is not { } found || found.Name != name) _found = found = new FoundAccount(name, Users.Find(name));
        return found.Account;
    }

    /// <summary>With whose rights the user's Unix sockets are made and connected to, in a server that is root.</summary>
    public UserRights? RightsOf(AuthenticatedUser user) =>
        UserRights.Of(AccountOf(user.Name) ?? throw new InvalidOperationException($"The user {user.Name} has logged in and is not there."));

    /// <summary>The client's address as logs and scripts know it.</summary>
    public string Address => TextOf(Remote);

    /// <summary>"ADDRESS port N", as log lines have it.</summary>
    public string Place => $"{Address} port {Remote.Port}";

    public string LocalAddress => TextOf(Local);

    /// <summary>The configuration for connections that no Match block fits.</summary>
    public ServerConfig General => _config;

    /// <summary>The configuration before any user is named.</summary>
    public ServerConfig Config => _forAnybody ??= _config.HasMatchBlocks ? _config.ForConnection(Criteria(null)) : _config;

    /// <summary>The configuration for a user, with the Match blocks that fit.</summary>
    public ServerConfig ConfigFor(string userName)
    {
        if (!_config.HasMatchBlocks) return _config;
        if (_forUser is not { } known || known.Name != userName) _forUser = known = new UserConfig(userName, _config.ForConnection(Criteria(userName)));
        return known.Config;
    }

    /// <inheritdoc/>
    public bool IsIn(string networks) => AddressPattern.TryJudgeNetworks(Address, networks, out bool isCovered) && isCovered;

    /// <inheritdoc/>
    public bool Matches(string patterns)
    {
        if (!AddressPattern.TryJudge(Address, patterns, out int verdict) || verdict < 0) return false;
        int named = PatternMatcher.Judge(Host.ToLowerInvariant(), patterns.ToLowerInvariant());
        return named >= 0 && (verdict > 0 || named > 0);
    }

    /// <summary>Looks up the client's name, and believes it only when the name leads back to the address.</summary>
    public async Task LookUpNameAsync(SshdLog log)
    {
        try
        {
            string name = (await Dns.GetHostEntryAsync(Remote.Address).ConfigureAwait(false)).HostName;
            if (IPAddress.TryParse(name, out _)) return;
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(name).ConfigureAwait(false);
            if (addresses.Any(address => address.MapToIPv6().Equals(Remote.Address.MapToIPv6()))) Host = name.ToLowerInvariant();
            else log.Info($"Address {Address} maps to {Printable.Escape(name)}, but this does not map back to the address.");
        }
        catch (SocketException error)
        {
            log.Write(1, $"no name for {Address}: {error.Message}");
        }
    }

    private MatchCriteria Criteria(string? userName) => new()
    {
        User = userName,
        Host = Host,
        Address = Address,
        LocalAddress = LocalAddress,
        LocalPort = Local.Port,
        RDomain = RDomain,
        IsInvalidUser = userName is not null && AccountOf(userName) is null,
        ProgramVersion = ProductVersion.Identification,
        GroupsOf = Configuration.GroupsOf,
    };

    private static string TextOf(IPEndPoint endpoint) => Equals(endpoint.Address, IPAddress.None) ? "UNKNOWN"
        : endpoint.Address.Unmapped().ToString();

    private sealed record UserConfig(string Name, ServerConfig Config);

    private sealed record FoundAccount(string Name, UserAccount? Account);
}
