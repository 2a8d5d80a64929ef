using Nacre.Protocol.Wire;

namespace Nacre.Tools.SshKeygen;

/// <summary>Does what -Y asks for, once it has been told all that this needs.</summary>
internal sealed class SignatureOperation(KeygenTask task)
{
    private KeygenSettings Settings => task.Settings;

    public async Task<int> RunAsync()
    {
        string operation = Settings.Operation!;
        switch (operation)
        {
            case "sign":
                Demand(Settings.Certificate.Principals, "namespace");
                Demand(Settings.File, "key");
                return await new MessageSigning(task).RunAsync().ConfigureAwait(false);
            case "verify":
                Demand(Settings.Certificate.Principals, "namespace");
                Demand(Settings.Certificate.Authority, "signature file");
                Demand(Settings.File, "allowed keys file");
                Demand(Settings.Certificate.KeyId, "principal identity");
                return await new SignatureChecking(task).VerifyAsync(Settings.File, Settings.Certificate.KeyId).ConfigureAwait(false);
            case "check-novalidate":
                Demand(Settings.Certificate.Principals, "namespace");
                Demand(Settings.Certificate.Authority, "signature file");
                return await new SignatureChecking(task).VerifyAsync(allowedSigners: null, principal: null).ConfigureAwait(false);
            case "find-principals":
                Demand(Settings.Certificate.Authority, "signature file");
                Demand(Settings.File, "allowed keys file");
                return new SignatureChecking(task).FindPrincipals();
            case "match-principals":
                Demand(Settings.File, "allowed keys file");
                Demand(Settings.Certificate.KeyId, "principal ID");
                return new SignatureChecking(task).MatchPrincipals();
            default:
                throw new UsageException($"Unsupported operation for -Y: \"{Printable.Escape(operation)}\"");
        }
    }

    private void Demand(string? value, string what)
    {
        if (string.IsNullOrEmpty(value)) throw new FatalException($"Too few arguments for {Settings.Operation}: missing {what}", status: 1);
    }
}
