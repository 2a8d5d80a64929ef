using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>The file that SSH_USER_AUTH names: how the user has proven who they are, one method on a line (ExposeAuthInfo).</summary>
/// <remarks>It is the user's, nobody else may read it, and it goes when the connection ends.</remarks>
internal sealed class AuthenticationFile : IDisposable
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int RandomLetters = 15;

    private readonly UserAccount _account;

    private AuthenticationFile(string path, UserAccount account) => (Path, _account) = (path, account);

    public string Path { get; }

    /// <summary>Makes it; null, with a line in the log, when it cannot be made.</summary>
    public static AuthenticationFile? Create(Content content, UserAccount account, SshdLog log)
    {
        string path = "/tmp/sshauth." + SystemRandom.Instance.Text(Letters, RandomLetters);
        try
        {
            using FileIdentity identity = FileIdentity.Assume(account);
            var options = new FileStreamOptions
            {
                // CreateNew follows no link: in /tmp, everybody can lay one.
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            };
            using var file = new FileStream(path, options);
            file.Write(Encoding.UTF8.GetBytes(content.Text));
            return new AuthenticationFile(path, account);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Error($"Could not write the authentication information to {path}: {Printable.Escape(error.Message)}");
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            using FileIdentity identity = FileIdentity.Assume(_account);
            File.Delete(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The user has put something else in its place.
        }
    }

    /// <summary>What it says.</summary>
    internal readonly record struct Content(string Text)
    {
        /// <summary>The methods that the user has passed, with their keys, in OpenSSH's form.</summary>
        /// <param name="user">The user.</param>
        /// <param name="usesPam">Whether PAM has asked the questions of keyboard-interactive.</param>
        public static Content Of(AuthenticatedUser user, bool usesPam)
        {
            var text = new StringBuilder();
            foreach (AuthenticationStep step in user.Steps)
            {
                text.Append(step.Method == MethodName.KeyboardInteractive && usesPam ? "keyboard-interactive/pam" : step.Method);
                if (step.Key is { } key) text.Append(' ').Append(key.ToString());
                text.Append('\n');
            }

            return new Content(text.ToString());
        }
    }
}
