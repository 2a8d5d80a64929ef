using System.Security.Cryptography;
using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>Has an agent load the keys of a PKCS#11 library, and forget them (-s and -e). The library is loaded by the agent alone.</summary>
internal sealed class TokenKeys(AgentClient agent, AddSettings settings, AddPlace place, Answers answers, AddReport report)
{
    public async Task<bool> RunAsync()
    {
        bool isRemoval = settings.Action == AgentAction.RemoveToken;
        AgentConstraints constraints = isRemoval ? AgentConstraints.None : Constraints();
        byte[] pin = isRemoval || !settings.AsksPin ? [] : answers.AskPassphrase("Enter passphrase for PKCS#11: ");
        try
        {
            if (isRemoval) await agent.RemoveTokenAsync(settings.Token, pin).ConfigureAwait(false);
            else await agent.AddTokenAsync(settings.Token, pin, constraints).ConfigureAwait(false);
            report.Done($"Card {(isRemoval ? "removed" : "added")}: {settings.Token}");
            return true;
        }
        catch (SshException refused)
        {
            report.Say($"Could not {(isRemoval ? "remove" : "add")} card \"{settings.Token}\": {refused.Message}");
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private AgentConstraints Constraints()
    {
        Certificate[] certificates = [.. settings.Files.Select(Read)];
        return AgentConstraints.None with
        {
            Lifetime = settings.Lifetime,
            MustConfirm = settings.MustConfirm,
            Destinations = DestinationReader.ReadAll(settings, place, report),
            Certificates = certificates.Length > 0 ? new AssociatedCertificates(certificates, settings.IsCertificatesOnly) : null,
        };
    }

    private static Certificate Read(string file)
    {
        if (KeyFiles.LoadPublicPart(file) is not PublicKeyLine line) throw new FatalException($"Failed to load certificate \"{file}\": {KeyFiles.WhyNoPublicKey(file)}");
        return line.Key as Certificate ?? throw new FatalException($"File \"{file}\" is not a certificate");
    }
}
