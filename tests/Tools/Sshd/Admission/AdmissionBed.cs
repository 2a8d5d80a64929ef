using System.Net;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tests.Sftp.Requests;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Admission;

namespace Nacre.Tests.Tools.Sshd.Admission;

/// <summary>A doorkeeper, its clock, and clients that have nothing but addresses.</summary>
internal sealed class AdmissionBed : IDisposable
{
    private static readonly IPEndPoint Local = new(IPAddress.Parse("192.0.2.1"), 22);

    private readonly StringWriter _written = new();
    private readonly SshdLog _log;

    public AdmissionBed(string config, LogLevel level = LogLevel.Verbose)
    {
        _log = SshdLog.To(level, _written);
        Doorkeeper = new Doorkeeper(ConfigBed.GoodServer(config), Time, _log);
    }

    public ManualTime Time { get; } = new();

    public Doorkeeper Doorkeeper { get; }

    public string Log => _written.ToString();

    public static IPAddress IPv4(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    public static IPAddress IPv6(int number) => IPAddress.Parse($"2001:db8::{number >> 16:x}:{number & 0xffff:x}");

    public Startup? Admit(IPAddress address, string? shortage = null) => Doorkeeper.Admit(new IPEndPoint(address, 40000), Local, shortage);

    public Startup? Admit(string address, string? shortage = null) => Admit(IPAddress.Parse(address), shortage);

    public void Pass(double seconds) => Time.Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>A client comes, behaves so, and goes.</summary>
    public void Misbehave(IPAddress address, Misconduct misconduct = Misconduct.FailedAuthentication)
    {
        using Startup? startup = Admit(address);
        Assert.NotNull(startup);
        switch (misconduct)
        {
            case Misconduct.NoAuthentication:
                break;
            case Misconduct.FailedAuthentication:
                startup.OnNamed(exists: true);
                startup.OnTried();
                break;
            case Misconduct.InvalidUser:
                startup.OnNamed(exists: false);
                startup.OnTried();
                break;
            case Misconduct.GraceExceeded:
                Time.Pass(startup.Grace);
                break;
            case Misconduct.Refused:
                startup.OnRefused();
                break;
            default:
                startup.OnCrashed();
                break;
        }
    }

    public bool IsAdmitted(IPAddress address)
    {
        Startup? startup = Admit(address);
        startup?.LogIn();
        return startup is not null;
    }

    public void Dispose() => _log.Dispose();
}
