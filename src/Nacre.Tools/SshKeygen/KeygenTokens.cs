using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tools.Tokens;

namespace Nacre.Tools.SshKeygen;

/// <summary>Looks for keys in the tokens that a PKCS#11 library speaks with (-D): prints them, or finds the one to certify with.</summary>
internal sealed class KeygenTokens(KeygenTask task)
{
    /// <summary>Prints each public key with its label, or its fingerprint with -l.</summary>
    public async Task<int> RunAsync()
    {
        await using var process = new TokenProcess(task.Settings.TokenLibrary!);
        foreach (TokenSigner signer in await SearchAsync(process, pin: null).ConfigureAwait(false))
        {
            if (task.Settings.Has('l')) ShowFingerprint(signer.PublicKey);
            else task.Output.WriteLine(new PublicKeyLine(signer.PublicKey, signer.Listing.Label));
        }

        return 0;
    }

    /// <summary>What signs with the key whose public half a file has.</summary>
    /// <param name="process">Speaks with the tokens; stays the caller's.</param>
    /// <param name="path">The file.</param>
    public async Task<ISigner> FindAsync(TokenProcess process, string path)
    {
        PublicKey known = KeyFiles.LoadPublicPart(path)?.Key ?? throw new FatalException($"Couldn't load CA public key \"{path}\": {KeyFiles.WhyNoPublicKey(path)}");
        byte[] given = task.Settings.Passphrase ?? [];
        if (given.Length > Password.MaxLength) throw new FatalException($"The PIN of -P has {given.Length} bytes, where {Password.MaxLength} are the most");
        using Password? pin = given.Length > 0 ? new Password(given.AsSpan()) : null;
        IReadOnlyList<TokenSigner> signers = await SearchAsync(process, pin).ConfigureAwait(false);
        return signers.FirstOrDefault(signer => signer.PublicKey.Equals(known)) ?? throw new FatalException($"No PKCS#11 key matching {path} found");
    }

    private async Task<IReadOnlyList<TokenSigner>> SearchAsync(TokenProcess process, Password? pin)
    {
        IReadOnlyList<TokenSigner> signers = [];
        try
        {
            var prompt = new TokenPinPrompt((question, _) => new(SecurityKeyEnrolment.AskPin(task.Answers, question)), task.Say);
            signers = await TokenSearch.FindAsync(process, pin, prompt, task.Say, default).ConfigureAwait(false);
        }
        catch (TokenException failed)
        {
            task.Say(failed.Message);
        }

        return signers.Count > 0 ? signers : throw new FatalException("cannot read public key from pkcs11");
    }

    private void ShowFingerprint(PublicKey key)
    {
        string fingerprint = task.Settings.Has('B') ? BubbleBabble.Spell(key) : key.FingerprintBy(task.Settings.Hash);
        task.Output.WriteLine($"{key.Bits} {fingerprint} {key.ShortType} (PKCS11 key)");
        if (task.Settings.IsVerbose) task.Output.WriteLine(RandomArt.Draw(key, task.Settings.Hash));
    }
}
