using Nacre.Client;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Tools.SshKeygen;

namespace Nacre.Tools.SshAdd;

/// <summary>Has an agent sign with keys and verifies what it signed (-T).</summary>
internal sealed class KeyTrial(AgentClient agent, AddReport report)
{
    private const int TrialBytes = 1024;

    public async Task<bool> RunAsync(IReadOnlyList<string> files)
    {
        bool isAllRight = true;
        foreach (string file in files) isAllRight &= await TryAsync(file).ConfigureAwait(false);
        return isAllRight;
    }

    private async Task<bool> TryAsync(string file)
    {
        if (KeyFiles.LoadPublicPart(file) is not PublicKeyLine { Key: PublicKey key })
        {
            report.Fail($"Couldn't read public key {file}: {KeyFiles.WhyNoPublicKey(file)}");
            return false;
        }

        byte[] data = SystemRandom.Instance.Bytes(TrialBytes);
        string algorithm = key.SignatureAlgorithms[0];
        try
        {
            byte[] signature = await agent.SignAsync(key, algorithm, data, default).ConfigureAwait(false);
            if (key.Verify(algorithm, data, signature, out _)) return true;
            report.Fail($"Signature verification failed for {file}: incorrect signature");
        }
        catch (SshException refused)
        {
            report.Fail($"Agent signature failed for {file}: {refused.Message}");
        }

        return false;
    }
}
