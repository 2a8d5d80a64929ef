using Nacre.Protocol.Keys;
using Nacre.Tools.SecurityKeys;

namespace Nacre.Tools.SshKeygen;

/// <summary>What a mode of ssh-keygen works with: what it was told, the person, and where it reads and writes.</summary>
internal sealed record KeygenTask(KeygenSettings Settings, Answers Answers, KeyFiles Files, TextWriter Output, TextWriter Error)
{
    /// <summary>What signs with a key from a file: the key itself, or the security key that keeps it.</summary>
    /// <param name="key">The key; stays the caller's.</param>
    /// <param name="pinQuestion">Asks for the PIN of a security key.</param>
    public ISigner SignerOf(PrivateKey key, string pinQuestion)
    {
        if (key is not SecurityPrivateKey kept) return key;
        return new SecurityKeySigner(kept, Settings.SecurityKeys, _ => new(SecurityKeyEnrolment.AskPin(Answers, pinQuestion)), wanted => TouchNotice.Begin(wanted, Settings.Hash, usesTerminal: true));
    }

    /// <summary>Tells the person something that is no result.</summary>
    public void Say(string text) => Error.Write(text + "\r\n");

    /// <summary>Tells how it goes to those who asked for that, by as many -v.</summary>
    public void Debug(int level, string text)
    {
        if (Settings.Verbosity >= level) Say($"debug{level}: {text}");
    }
}
