using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>Reads the files of a user that say who may log in as them, and believes only what nobody else can have written (StrictModes).</summary>
/// <param name="account">The user.</param>
/// <param name="isStrict">Whether anybody else may be able to write them.</param>
/// <param name="login">Hears why a file is not believed, for the user.</param>
/// <param name="log">Hears why a file is not believed.</param>
internal sealed class UserFiles(UserAccount account, bool isStrict, UserLogin login, SshdLog log)
{
    private const int MaxLength = 16 * 1024 * 1024;

    /// <summary>A file; null where it is not there or not believed.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="kind">What the log calls it.</param>
    public AuthorizedKeysFile? Read(string path, string kind)
    {
        try
        {
            // With the user's own rights: what they put there, a link to a device or to another's file, is theirs alone to open.
            using FileIdentity identity = FileIdentity.Assume(account);
            byte[] contents = FileSafety.Read(path, MaxLength, out FileStatus status);
            string? unsafePath = isStrict ? FileSafety.FindUnsafePath(path, status, account.Home, account.Uid) : null;
            if (unsafePath is null) return new AuthorizedKeysFile(Printable.Escape(path), contents);
            log.Info($"Authentication refused: {Printable.Escape(unsafePath)}");
            login.Remark($"Ignored {kind}: {Printable.Escape(unsafePath)}");
        }
        catch (InvalidDataException error)
        {
            log.Info($"User {account.Name} {kind} {Printable.Escape(path)} is not used: {Printable.Escape(error.Message)}");
        }
        catch (UnixException error)
        {
            if (log.IsOn(1)) log.Write(1, $"Could not open user '{account.Name}' {kind} '{Printable.Escape(path)}': {error.Message}");
        }

        return null;
    }
}
