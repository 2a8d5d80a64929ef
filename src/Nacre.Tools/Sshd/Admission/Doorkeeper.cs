using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>Decides who of those that connect may try to log in: MaxStartups, PerSourceMaxStartups and PerSourcePenalties.</summary>
/// <remarks>
/// It knows addresses, how connections ended, and the clock; it reads nothing that a client sends. What it keeps is bounded: no more places than
/// MaxStartups has, no more penalties than PerSourcePenalties has room for.
/// </remarks>
internal sealed class Doorkeeper
{
    private readonly Lock _lock = new();
    private readonly SshdLog _log;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly HashSet<Startup> _startups = [];
    private readonly Dictionary<Source, int> _bySource = [];
    private readonly SourcePenaltyBook _penalties;
    private readonly StartupThrottle _throttle;
    private ServerConfig _config;
    private bool _isShort;

    public Doorkeeper(ServerConfig config, TimeProvider time, SshdLog log)
    {
        (_config, _time, _log, _start) = (config, time, log, time.GetTimestamp());
        (_penalties, _throttle) = (new SourcePenaltyBook(log), new StartupThrottle(log));
    }

    /// <summary>How many are not logged in.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _startups.Count;
        }
    }

    /// <summary>How many sources have a penalty.</summary>
    public int PenaltyCount
    {
        get
        {
            lock (_lock) return _penalties.Count;
        }
    }

    /// <summary>Goes on by another configuration; places and penalties stay.</summary>
    public void Change(ServerConfig config)
    {
        lock (_lock) _config = config;
    }

    /// <summary>Gives a client its place; null when it is turned away, of which the log has been told.</summary>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="local">Where it has connected to.</param>
    /// <param name="shortage">What the server has too little of to serve another one; null when it has enough.</param>
    public Startup? Admit(IPEndPoint remote, IPEndPoint local, string? shortage = null)
    {
        lock (_lock)
        {
            if (IsShort(shortage))
            {
                _log.Verbose(DropLine(remote, local, shortage!));
                return null;
            }

            TimeSpan now = Now;
            MaxStartups limit = _config.MaxStartups;
            if (_penalties.ReasonToRefuse(remote.Address, _config, now) is { } reason)
            {
                _log.Info(DropLine(remote, local, reason));
                return null;
            }

            Source source = Source.Of(remote.Address, _config.PerSourceNetBlockSize);
            int fromThere = _bySource.GetValueOrDefault(source);
            if (StartupThrottle.Sheds(limit, _startups.Count) || fromThere >= _config.PerSourceMaxStartups)
            {
                string line = DropLine(remote, local, "past Maxstartups");
                if (_throttle.OnDropped(now)) _log.Info(line);
                else _log.Verbose(line);
                return null;
            }

            _throttle.OnAdmitted(limit, _startups.Count, now);
            var startup = new Startup(this, remote.Address, source, now, _config.LoginGraceTime);
            _startups.Add(startup);
            _bySource[source] = fromThere + 1;
            return startup;
        }
    }

    /// <summary>Tells a client that was turned away that it was, and closes its connection; nothing is read from it.</summary>
    public static void TurnAway(Socket socket)
    {
        using (socket)
        {
            try
            {
                // RFC 4253 4.2: "The server MAY send other lines of data before sending the version string."
                socket.Send("Not allowed at this time\r\n"u8);
            }
            catch (SocketException)
            {
                // It has gone by itself.
            }
        }
    }

    /// <summary>Takes a place back, and holds against its source how it was left.</summary>
    public void Leave(Startup startup, bool isLoggedIn)
    {
        lock (_lock)
        {
            if (!_startups.Remove(startup)) return;
            int left = _bySource[startup.Source] - 1;
            if (left == 0) _bySource.Remove(startup.Source);
            else _bySource[startup.Source] = left;
            if (!isLoggedIn && !startup.IsExcused) _penalties.Penalise(startup.Address, Judge(startup), _config, Now);
        }
    }

    // The log hears of the beginning and the end.
    private bool IsShort(string? shortage)
    {
        if (shortage is not null && !_isShort) _log.Error($"{shortage}: newcomers are turned away");
        else if (shortage is null && _isShort) _log.Info("newcomers are let in again");
        return _isShort = shortage is not null;
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private Misconduct Judge(Startup startup) =>
        startup.HasCrashed ? Misconduct.Crash
        : startup.IsRefused ? Misconduct.Refused
        : startup.Grace > TimeSpan.Zero && Now - startup.Since >= startup.Grace ? Misconduct.GraceExceeded
        : startup.NamedNobody ? Misconduct.InvalidUser
        : startup.HasTried ? Misconduct.FailedAuthentication
        : Misconduct.NoAuthentication;

    private string DropLine(IPEndPoint remote, IPEndPoint local, string reason) => string.Create(
        CultureInfo.InvariantCulture, $"drop connection #{_startups.Count} from [{remote.Address.Unmapped()}]:{remote.Port} on [{local.Address.Unmapped()}]:{local.Port} {reason}");
}
