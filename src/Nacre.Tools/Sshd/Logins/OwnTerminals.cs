using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Terminals that this process makes, and as root gives to the user.</summary>
internal sealed class OwnTerminals : ITerminals
{
    public static readonly OwnTerminals Instance = new();

    private OwnTerminals()
    {
    }

    public SafeHandle? Directory => null;

    public ValueTask<Pty> OpenAsync(UserAccount account, CancellationToken ct)
    {
        Pty pty = Pty.Open();
        try
        {
            if (Users.IsRoot) pty.GiveTo(account.Uid, account.Gid);
            return ValueTask.FromResult(pty);
        }
        catch
        {
            pty.Dispose();
            throw;
        }
    }
}
