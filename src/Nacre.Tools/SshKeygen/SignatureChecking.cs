using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Signatures;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.SshKeygen;

/// <summary>Checks signatures, and looks up who may make them (-Y verify, check-novalidate, find-principals and match-principals).</summary>
internal sealed class SignatureChecking(KeygenTask task)
{
    private const string NoPrincipal = "No principal matched.";

    // OpenSSH ends match-principals with its own numbers of errors.
    private const int NotMatched = 210, BadOption = 246, Unreadable = 232, BadLine = 252;

    private KeygenSettings Settings => task.Settings;

    /// <summary>Checks the signature of what is on standard input.</summary>
    /// <param name="allowedSigners">The file that says who may sign; null where anybody may.</param>
    /// <param name="principal">Who is to have signed; null for anybody.</param>
    public async Task<int> VerifyAsync(string? allowedSigners, string? principal)
    {
        try
        {
            SignatureOptions options = SignatureOptions.Parse(Settings.Certificate.Options, ["verify-time", "print-pubkey"]);
            SshSignature signature = Load();
            await CheckAsync(signature).ConfigureAwait(false);
            if (allowedSigners is not null)
            {
                CheckNotRevoked(signature.PublicKey);
                bool isAllowed = Signers(allowedSigners).Allows(signature, principal!, options.VerifyTime);
                if (!isAllowed) throw new FatalException("");
            }

            string whose = principal is null ? "" : $" for {principal}";
            Say($"Good \"{signature.Namespace}\" signature{whose} with {signature.PublicKey.ShortType} key {signature.PublicKey.FingerprintBy(Settings.Hash)}");
            if (options.PrintsKey) task.Output.WriteLine(signature.PublicKey);
            return 0;
        }
        catch (FatalException)
        {
            Say("Could not verify signature.");
            throw;
        }
    }

    /// <summary>Prints whom the key of a signature stands for, each on a line.</summary>
    public int FindPrincipals()
    {
        try
        {
            SignatureOptions options = SignatureOptions.Parse(Settings.Certificate.Options, ["verify-time"]);
            PublicKey key = Load().PublicKey;
            IReadOnlyList<string> principals = Signers(Settings.File!).FindPrincipals(key, options.VerifyTime);
            foreach (string principal in principals) task.Output.WriteLine(principal);
            return principals.Count > 0 ? 0 : throw new FatalException(NoPrincipal);
        }
        catch (FatalException failed) when (failed.Message != NoPrincipal)
        {
            throw new FatalException($"{failed.Message}\r\n{NoPrincipal}");
        }
    }

    /// <summary>Prints the lists of patterns that a principal matches.</summary>
    public int MatchPrincipals()
    {
        _ = SignatureOptions.Parse(Settings.Certificate.Options, [], BadOption);
        try
        {
            IReadOnlyList<string> matches = Signers(Settings.File!, Unreadable).MatchPrincipals(Settings.Certificate.KeyId!);
            foreach (string match in matches) task.Output.WriteLine(match);
            return matches.Count > 0 ? 0 : throw new FatalException(NoPrincipal, NotMatched);
        }
        catch (KeyFormatException bad)
        {
            throw new FatalException($"{bad.Message}\r\n{NoPrincipal}", BadLine);
        }
        catch (FatalException failed) when (failed.Status == Unreadable)
        {
            throw new FatalException($"{failed.Message}\r\n{NoPrincipal}", Unreadable);
        }
    }

    private SshSignature Load()
    {
        try
        {
            return SshSignature.Parse(KeyFiles.ReadBytes(Settings.Certificate.Authority!, SshSignature.MaxLength));
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException(refused.Message);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Couldn't read signature file: {LocalFault.Describe(unreadable, Settings.Certificate.Authority!)}");
        }
    }

    private async Task CheckAsync(SshSignature signature)
    {
        string wanted = Settings.Certificate.Principals!;
        byte[] digest = await CryptographicOperations.HashDataAsync(signature.Hash, task.Answers.Rest).ConfigureAwait(false);
        if (signature.Namespace != wanted) throw new FatalException("Couldn't verify signature: namespace does not match");

        // As with OpenSSH, a security key may have signed without a touch: no list of allowed signers asks for one.
        if (!signature.VerifyHash(wanted, digest, out _)) throw new FatalException("Signature verification failed: incorrect signature");
    }

    private void CheckNotRevoked(PublicKey key)
    {
        if (Settings.Host is not { } path) return;
        try
        {
            if (!KeyRevocationList.Parse(KeyFiles.ReadBytes(path, KeyRevocationList.MaxLength)).Contains(key)) return;
        }
        catch (KeyFormatException refused)
        {
            throw new FatalException($"Error checking the signing key in revoked keys file {path}: {refused.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Error checking the signing key in revoked keys file {path}: {LocalFault.Describe(unreadable, path)}");
        }

        throw new FatalException($"{key.ShortType} key {key.FingerprintBy(Settings.Hash)} is revoked by {path}");
    }

    private AllowedSigners Signers(string path, int status = 255)
    {
        try
        {
            return AllowedSigners.Parse(KeyFiles.ReadBytes(path, AllowedSigners.MaxLength), path, line => task.Error.Write(line + "\r\n"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FatalException($"Unable to open allowed keys file \"{path}\": {LocalFault.Describe(unreadable, path)}", status);
        }
    }

    private void Say(string text)
    {
        if (!Settings.IsQuiet) task.Output.WriteLine(text);
    }
}
