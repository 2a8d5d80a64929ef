using Nacre.Protocol.Keys;

namespace Nacre.Tools.Tokens;

/// <summary>A token in a slot of a library's.</summary>
/// <param name="Slot">The library's number for the slot.</param>
/// <param name="Label">What it is called, made safe to show.</param>
/// <param name="WantsLogin">It wants its PIN before it signs, and perhaps before it shows its keys.</param>
/// <param name="HasPinPad">The PIN is typed at its own keys.</param>
internal sealed record Token(ulong Slot, string Label, bool WantsLogin, bool HasPinPad);

/// <summary>A key on a token: one that stands there as such, or that of a certificate (X.509).</summary>
/// <param name="Token">Where it is.</param>
/// <param name="PublicKey">The key.</param>
/// <param name="Id">By what its private half is found.</param>
/// <param name="Label">What it is called, made safe to show: of a certificate the name of its subject. May be empty.</param>
internal sealed record TokenKeyListing(Token Token, PublicKey PublicKey, ReadOnlyMemory<byte> Id, string Label);
